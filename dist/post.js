import { post } from './lib/post.js'
await post()
