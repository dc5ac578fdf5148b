import { chromiumPath } from '@tidegate/testing/browser';
import { apiJourney } from './api-journey.ts';
import { auditLog } from './audit.ts';
import { agreeToAnswers } from './console/agree-to-answers.ts';
import { belongNowhere } from './console/belong-nowhere.ts';
import { changeAnAddress } from './console/change-an-address.ts';
import { payForAPlan } from './console/pay-for-a-plan.ts';
import { resetAPassword } from './console/reset-a-password.ts';
import { Visit } from './console/visit.ts';
import { browserConsole } from './console.ts';
import { consoleServers } from './console-servers.ts';
import { dataExport } from './data-export.ts';
import { deleteOrganisation } from './delete-organisation.ts';
import { demoOrganisation } from './demo-organisation.ts';
import { documents } from './documents.ts';
import { edge } from './edge.ts';
import { firstJob } from './first-job.ts';
import { foreignIds } from './foreign-ids.ts';
import { keepsRunning } from './keeps-running.ts';
import { loadedModules, noteModules } from './loaded-modules.ts';
import { takeMails } from './mails.ts';
import { nameServer } from './name-server.ts';
import { operatorView } from './operator-view.ts';
import { payingCustomer } from './paying-customer.ts';
import { prepaidCredits } from './prepaid-credits.ts';
import { observability, WatchingPrometheus } from './prometheus.ts';
import { SharedPlatform } from './shared-platform.ts';
import { takePayments } from './take-payments.ts';
import { collectTraces, traces } from './traces.ts';

/* In this order: the paying customer’s catalogue is replaced by the edge, which lowers a quota for everybody, kills the platform in the end and starts it with traces and mails. */
const payments = takePayments();
const modules = noteModules();
const names = nameServer();
const platform = new SharedPlatform({
  settings: () => ({ ...payments.settings(), ...modules.settings(), ...names.settings() }),
});
const prometheus = new WatchingPrometheus(platform);
const collector = collectTraces();
const mails = takeMails();
const visit = new Visit(platform);

loadedModules(modules);
firstJob(platform);
documents(platform);
foreignIds(platform);
browserConsole(visit, names);
demoOrganisation(platform, visit);
consoleServers(visit);
deleteOrganisation(platform);
dataExport(platform);
auditLog(platform);
operatorView(platform);
prepaidCredits(platform);
payingCustomer(platform, payments, { killed: true });
payForAPlan(visit);
observability(prometheus);
edge(platform, () => ({ ...collector.settings(), ...mails.settings() }));
traces(platform, collector, mails);
resetAPassword(visit, mails);
belongNowhere(visit, mails);
agreeToAnswers(visit, mails);
changeAnAddress(visit, mails);
test.runIf(chromiumPath())(
  'every page was judged in both colours and widths by some journey, so that everybody can use it',
  () => {
    expect(visit.judgedPages.missing()).toEqual([]);
  },
);
test.runIf(chromiumPath())('and so was every dialog and every panel beside a list', () => {
  expect(visit.judgedDialogs.missing()).toEqual([]);
});
apiJourney(platform, mails);
keepsRunning(platform);
