#!/usr/local/bin/node
/* The command `tidegate` in the image, where everything is built and Node is the right one. */
await import('/app/cli/dist/main.js');
