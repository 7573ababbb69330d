/** The terminal program without a build: what the demo runs where `dist/` is not there. */
import { terminal } from '../../src/start.ts'

await terminal()
