#!/usr/bin/env node
import { terminal } from './lib/cli.js'
await terminal()
