/** What the bundle offers: `dist/main.js`, `dist/post.js` and `dist/cli.js` each call one of these. */
export { terminal } from './cli.ts'
export { action } from './main.ts'
export { post } from './post.ts'
