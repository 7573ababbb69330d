import { expect, test } from 'vitest'
import { changedLines } from '../../src/changes/changed-lines.ts'
import { lineHunks } from '../../src/changes/line-hunks.ts'
import { movedFiles } from '../../src/changes/moved-files.ts'

const run = (start: number, count: number) => ({ start, count })

test.each([
  ['a\nb\n', 'a\r\nb', []],
  ['a\nb\nc\n', 'a\nX\nc\n', [{ base: run(2, 1), head: run(2, 1) }]],
  ['a\nc\n', 'a\nb\nc\n', [{ base: run(1, 0), head: run(2, 1) }]],
  ['a\nb\nc\n', 'a\nc\n', [{ base: run(2, 1), head: run(1, 0) }]],
  ['', 'a\n', [{ base: run(0, 0), head: run(1, 1) }]],
  [
    'a\nb\nc\nd\n',
    'X\nb\nc\nY\n',
    [
      { base: run(1, 1), head: run(1, 1) },
      { base: run(4, 1), head: run(4, 1) },
    ],
  ],
])('lines of %j and %j that differ', (base, head, hunks) => {
  expect(lineHunks(base, head)).toEqual(hunks)
})

test('too many edits: everything between the first and the last difference', () => {
  expect(lineHunks('a\n1\nb\n2\nz\n', 'a\n3\nb\n4\nz\n', 1)).toEqual([{ base: run(2, 3), head: run(2, 3) }])
})

test('lines that were taken out touch what stands around them, and its end only when asked', () => {
  const lines = changedLines([{ file: 'f', hunks: lineHunks('a\nb\nc\n', 'a\nc\n') }], () => true)
  expect(lines.touches({ file: 'f', line: 1, endLine: 2 })).toBe(true)
  expect(lines.touches({ file: 'f', line: 1, endLine: 1 })).toBe(false)
  expect(lines.touches({ file: 'f', line: 1, endLine: 1 }, true)).toBe(true)
  expect(lines.touches({ file: 'g', line: 1, endLine: 9 })).toBe(false)
})

test('a moved file is found by its text, then by its lines', () => {
  const gone = [
    { path: 'a/x.yaml', text: '1\n2\n3\n' },
    { path: 'b.yaml', text: 'p\nq\n' },
  ]
  const come = [
    { path: 'c/x.yaml', text: '1\n2\n4\n' },
    { path: 'd.yaml', text: 'p\nq\n' },
  ]
  expect([...movedFiles(gone, come)].sort()).toEqual([
    ['c/x.yaml', 'a/x.yaml'],
    ['d.yaml', 'b.yaml'],
  ])
})
