import type { PlacedText } from '../placed-text.ts'

/**
 * PowerShell, as far as calls of `vault` look alike in it: a backtick at the end of a line goes on, where a shell has a backslash
 * (forms.md §3). No column moves.
 */
export function fromPowerShell(placed: PlacedText): PlacedText {
  return { ...placed, text: placed.text.replace(/`[ \t]*$/gm, (mark) => `${mark.slice(1)}\\`) }
}
