// Keeps a Node program on this machine: Next.js, for one, asks npm's registry for its newest version.
const dns = require('node:dns');

const { lookup } = dns;
dns.lookup = (host, ...rest) => {
  if (host === 'localhost') return lookup(host, ...rest);
  setImmediate(rest.at(-1), Object.assign(new Error(`${host} is not this machine`), { code: 'ENOTFOUND' }));
};
