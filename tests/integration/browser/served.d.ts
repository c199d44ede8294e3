/** What the server writes in front of the script. */
declare const SERVED: { api: string };
