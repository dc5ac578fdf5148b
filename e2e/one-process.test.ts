import { apiJourney } from './api-journey.ts';
import { browserConsole } from './console.ts';
import { consoleServers } from './console-servers.ts';
import { dataExport } from './data-export.ts';
import { deleteOrganisation } from './delete-organisation.ts';
import { documents } from './documents.ts';
import { edge } from './edge.ts';
import { firstJob } from './first-job.ts';
import { keepsRunning } from './keeps-running.ts';
import { takeMails } from './mails.ts';
import { operatorView } from './operator-view.ts';
import { payingCustomer } from './paying-customer.ts';
import { prepaidCredits } from './prepaid-credits.ts';
import { SharedPlatform } from './shared-platform.ts';
import { takePayments } from './take-payments.ts';
import { collectTraces, traces } from './traces.ts';

/* In this order: the paying customer’s catalogue is replaced by the edge, which lowers a quota for everybody, kills the platform in the end and starts it with traces and mails. */
const payments = takePayments();
const platform = new SharedPlatform({ settings: payments.settings });
const collector = collectTraces();
const mails = takeMails();

firstJob(platform);
documents(platform);
browserConsole(platform);
consoleServers(platform);
deleteOrganisation(platform);
dataExport(platform);
operatorView(platform);
prepaidCredits(platform);
payingCustomer(platform, payments, { killed: true });
edge(platform, () => ({ ...collector.settings(), ...mails.settings() }));
traces(platform, collector, mails);
apiJourney(platform, mails);
keepsRunning(platform);
