import { expect, test } from 'vitest'
import { argumentBytes } from '../../../agent/command-line/argument-bytes.ts'

const latin = Buffer.from('caf\xe9', 'latin1')

function commandLine(...words: readonly Buffer[]): Buffer {
  return Buffer.concat(
    ['node', '--flag', 'main.ts']
      .map((word) => Buffer.from(`${word}\0`))
      .concat(words.map((word) => Buffer.concat([word, Buffer.from([0])]))),
  )
}

test('a word that is UTF-8 is its own bytes, and nothing is read for it', () => {
  const bytesOf = argumentBytes(['ls', 'größe'], () => expect.fail('the command line was read'))
  expect(bytesOf('größe')).toEqual(Buffer.from('größe'))
})

test('a word that is not comes back as it was given', () => {
  const words = [Buffer.from('ls'), latin]
  const bytesOf = argumentBytes(words.map(String), () => commandLine(...words))
  expect(bytesOf(latin.toString())).toEqual(latin)
})

test('two words that look alike are not guessed at', () => {
  const words = [latin, Buffer.from('caf\xe8', 'latin1')]
  const bytesOf = argumentBytes(words.map(String), () => commandLine(...words))
  expect(bytesOf('caf\ufffd')).toEqual(Buffer.from('caf\ufffd'))
})

test('a real U+FFFD stays one', () => {
  const words = [Buffer.from('a\ufffd')]
  const bytesOf = argumentBytes(words.map(String), () => commandLine(...words))
  expect(bytesOf('a\ufffd')).toEqual(words[0])
})

test('a system that does not tell leaves the text', () => {
  const bytesOf = argumentBytes(['caf\ufffd'], () => {
    throw new Error('no /proc')
  })
  expect(bytesOf('caf\ufffd')).toEqual(Buffer.from('caf\ufffd'))
})
