// No `chromeWebSecurity: false`: the frames of Tollbridge's stripe.js are the shop's own documents.
module.exports = { e2e: { baseUrl: 'http://localhost:5173', supportFile: false } };
