/* Made from the contracts by `npm run generate`: do not edit. */

export {};
