import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatRecoveryCode, readRecoveryKit, recoveryKitBlock } from '../../../engine/index.ts'
import { bytes } from '../arbitraries.ts'
import { fixedBytes } from '../repository/sealed-samples.ts'

const secret = fixedBytes('recovery secret', 32)
const uid = fixedBytes('uid', 16)
const code = formatRecoveryCode(secret)
const groups = code.split('-')
const block = recoveryKitBlock({ opens: 'customer', uid, secret })
const withCode = (other: string) => block.replace(/^code: [\s\S]*?\n(?=-)/m, `code: ${other}\n`)

describe('what programs read of a kit', () => {
  test('comes back from the lines, wherever they stand', () => {
    fc.assert(
      fc.property(bytes({ min: 32, max: 32 }), fc.boolean(), (given, isServer) => {
        const lines = isServer
          ? recoveryKitBlock({ opens: 'server', boxId: 'box_abc', secret: given })
          : recoveryKitBlock({ opens: 'customer', uid, secret: given })
        const read = readRecoveryKit(`<pre>\r\n${lines.replaceAll('\n', '\r\n')}\r\n</pre> and more`)
        expect(read).toEqual(
          isServer ? { kind: 'kit', opens: 'server', secret: given } : { kind: 'kit', opens: 'customer', uid, secret: given },
        )
      }),
    )
  })

  test.each([
    { title: 'the code alone', text: `${code}\n` },
    { title: 'typed small, with blanks', text: groups.join(' ').toLowerCase() },
    {
      title: 'on lines of a sheet',
      text: `Code\n\n    ${groups.slice(0, 7).join('-')}\n    ${groups.slice(7).join('-')}\n\nKeep it.`,
    },
    { title: 'in one piece', text: groups.join('') },
  ])('the code is found: $title', ({ text }) => {
    expect(readRecoveryKit(text)).toEqual({ kind: 'kit', opens: undefined, secret })
  })

  const slip = (group: number) =>
    groups.map((text, index) => (index === group ? `${text[0] === 'A' ? 'B' : 'A'}${text.slice(1)}` : text))
  test.each([0, 4, 12])('a slip in group %i is named by its group', (group) => {
    const wrong = { kind: 'wrong-group', group: group + 1, text: slip(group)[group] }
    expect(readRecoveryKit(withCode(slip(group).join('-')))).toEqual(wrong)
    expect(readRecoveryKit(slip(group).join(' '))).toEqual(wrong)
  })

  test.each([
    {
      title: 'a group is missing',
      text: groups.slice(1).join('-'),
      expected: { kind: 'wrong-length', symbols: 60, expected: 65 },
    },
    {
      title: 'another text',
      text: 'Dear Ann, the kit is in the safe, next to the contracts. '.repeat(9),
      expected: { kind: 'no-code', isPdf: false },
    },
    { title: 'nothing', text: '', expected: { kind: 'no-code', isPdf: false } },
    { title: 'the PDF', text: '%PDF-1.3 …', expected: { kind: 'no-code', isPdf: true } },
    { title: 'lines without a code', text: block.replace(/^code:.*$/gm, ''), expected: { kind: 'no-code', isPdf: false } },
  ])('no kit: $title', ({ text, expected }) => {
    expect(readRecoveryKit(text)).toEqual(expected)
  })

  test('never throws, whatever the file is', () => {
    fc.assert(fc.property(fc.string({ maxLength: 400 }), (text) => void readRecoveryKit(text)))
    fc.assert(fc.property(fc.string({ maxLength: 400 }), (inner) => void readRecoveryKit(withCode(inner))))
  })
})
