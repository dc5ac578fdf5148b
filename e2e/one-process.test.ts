import { deleteOrganisation } from './delete-organisation.ts';
import { documents } from './documents.ts';
import { edge } from './edge.ts';
import { firstJob } from './first-job.ts';
import { keepsRunning } from './keeps-running.ts';
import { SharedPlatform } from './shared-platform.ts';
import { collectTraces, traces } from './traces.ts';

/* In this order: the edge lowers a quota for everybody, kills the platform in the end and starts it with traces. */
const platform = new SharedPlatform({});
const collector = collectTraces();

firstJob(platform);
documents(platform);
deleteOrganisation(platform);
edge(platform, collector.settings);
traces(platform, collector);
keepsRunning(platform);
