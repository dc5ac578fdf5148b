import { firstJob } from './first-job.ts';
import { payingCustomer, takePayments } from './paying-customer.ts';
import { rollingRestart } from './rolling-restart.ts';
import { SharedPlatform } from './shared-platform.ts';

const payments = takePayments();
const platform = new SharedPlatform({ services: true, settings: payments.settings });

firstJob(platform);
payingCustomer(platform, payments, { killed: false });
rollingRestart(platform);
