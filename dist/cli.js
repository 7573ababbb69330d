#!/usr/bin/env node
import { terminal } from './index.js'
await terminal()
