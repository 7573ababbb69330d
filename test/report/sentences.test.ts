import { describe, expect, test } from 'vitest'
import { helpText } from '../../src/report/help-text.ts'
import { briefReason, chainReason } from '../../src/report/reasons/brief.ts'
import { groupText, reasonText } from '../../src/report/reasons/not-checked.ts'
import { offlineSentence, unfinishedText } from '../../src/report/reasons/offline.ts'
import { wayOutOf } from '../../src/report/reasons/way-out.ts'
import { COMMANDS } from '../../src/settings/arguments.ts'
import { INPUTS, OUTPUTS } from '../../src/settings/input-table.ts'
import { forbiddenIn } from './forbidden-words.ts'
import { OFFLINE, REASONS, UNFINISHED } from './reason-samples.ts'

/** Words of a sentence at most: what is longer is two sentences. */
const WORDS = 40

function isPlain(text: string): void {
  expect(forbiddenIn(text), text).toBeUndefined()
  expect(text, text).not.toMatch(/undefined|\[object|NaN|\s{2,}|\.\.$/)
}

function isShort(text: string): void {
  // Names, places and what other programs say are as long as they are.
  const own = text.replace(/`[^`]*`|"[^"]*"|\([^)]*\)|\S*\/\S*/g, 'x')
  for (const sentence of own.split(/[.:;](?:\s|$)/))
    expect(sentence.split(/\s+/).length, text).toBeLessThanOrEqual(WORDS)
}

describe('every reason why something was not checked', () => {
  test.each(REASONS.map((reason) => [reason.code, reason] as const))('%s', (_, reason) => {
    const wayOut = wayOutOf(reason)
    for (const text of [
      reasonText(reason),
      groupText([reason]),
      briefReason(reason),
      chainReason(reason),
      wayOut?.says ?? '',
    ]) {
      isPlain(text)
      isShort(text)
    }
    // Clauses go on in a sentence; ways out are sentences.
    expect(reasonText(reason)).not.toMatch(/\.$/)
    if (wayOut !== undefined) expect(wayOut.says, wayOut.says).toMatch(/^[A-Z`].*[.:`]$/)
  })

  test('why no server was asked, and why a run is not finished', () => {
    for (const text of [
      offlineSentence(undefined),
      ...OFFLINE.map(offlineSentence),
      ...UNFINISHED.map(unfinishedText),
    ]) {
      isPlain(text)
      isShort(text)
    }
  })
})

test('help and the descriptions of inputs and outputs', () => {
  const commands = Object.keys(COMMANDS) as (keyof typeof COMMANDS)[]
  for (const text of [helpText(), ...commands.map((command) => helpText(command))])
    expect(forbiddenIn(text), text).toBeUndefined()
  for (const { name, description } of INPUTS) {
    isPlain(description)
    expect(description, name).toMatch(/^[A-Z`].*\.$/s)
  }
  for (const description of Object.values(OUTPUTS)) isPlain(description)
})
