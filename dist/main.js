import { action } from './lib/main.js'
await action()
