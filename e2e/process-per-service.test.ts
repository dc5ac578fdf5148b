import { demoOrganisation } from './demo-organisation.ts';
import { firstJob } from './first-job.ts';
import { payingCustomer } from './paying-customer.ts';
import { rollingRestart } from './rolling-restart.ts';
import { SharedPlatform } from './shared-platform.ts';
import { takePayments } from './take-payments.ts';

const payments = takePayments();
const platform = new SharedPlatform({ services: true, settings: payments.settings });

firstJob(platform);
demoOrganisation(platform);
payingCustomer(platform, payments, { killed: false });
rollingRestart(platform);
