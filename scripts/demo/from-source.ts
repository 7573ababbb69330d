/** The terminal program without a build: what the demo runs where `dist/` is not there. */
import { terminal } from '../../src/cli.ts'

await terminal()
