export default { devIndicators: false, turbopack: { root: new URL('..', import.meta.url).pathname } };
