// Bundles the loader with each major of @stripe/stripe-js, and the app with two pairs of React and Stripe's components.
import { build } from 'esbuild';

const [into] = process.argv.slice(2);
const common = {
  bundle: true, absWorkingDir: import.meta.dirname, define: { 'process.env.NODE_ENV': '"development"' }, loader: { '.jsx': 'jsx' }, logLevel: 'error',
};
const loaders = [4, 5, 6, 7, 8, 9, 10].map((major) => build({
  ...common, entryPoints: ['loader.js'], outfile: `${into}/loader-${major}.js`,
  alias: major === 10 ? {} : { '@stripe/stripe-js': `stripe-js-${major}` },
}));
const older = {
  react: 'react-18', 'react-dom': 'react-dom-18', '@stripe/react-stripe-js': 'react-stripe-js-2', '@stripe/stripe-js': 'stripe-js-4',
};
await Promise.all([
  ...loaders,
  build({ ...common, entryPoints: ['app.jsx'], outfile: `${into}/app-7.js` }),
  build({ ...common, entryPoints: ['app.jsx'], outfile: `${into}/app-2.js`, alias: older }),
]);
