import { describe, expect, test } from 'vitest'
import { encodeRepositoryFile, parseRepositoryUid, readRepositoryFile } from '../../../engine/index.ts'
import { faultOf } from '../expect-format-error.ts'
import { fixedBytes } from './sealed-samples.ts'

const repository = { uid: parseRepositoryUid(fixedBytes('uid', 16)), createdMs: 1_700_000_000_000 }
const json = () => JSON.parse(encodeRepositoryFile(repository).toString('utf8'))
const read = (value: unknown) => readRepositoryFile(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)))

describe('repository.json', () => {
  test('comes back', () => {
    expect(readRepositoryFile(encodeRepositoryFile(repository))).toEqual(repository)
  })

  test('says its numbers in any order, and more than we know', () => {
    const numbers = Object.fromEntries(Object.entries(json().numbers).reverse())
    expect(read({ remark: 'the attic box', ...json(), numbers })).toEqual(repository)
  })

  test.each([
    { title: 'empty', value: '', fault: 'wrong-repository' },
    { title: 'not JSON', value: 'HFPACK1', fault: 'wrong-repository' },
    { title: 'a word', value: '"repository"', fault: 'wrong-repository' },
    { title: 'of a later format', value: { ...json(), format: 2 }, fault: 'unsupported-version' },
    { title: 'of no format', value: {}, fault: 'unsupported-version' },
    {
      title: 'of other numbers',
      value: { ...json(), numbers: { ...json().numbers, chunkMinBytes: 1 } },
      fault: 'unsupported-version',
    },
    { title: 'of one number more', value: { ...json(), numbers: { ...json().numbers, more: 1 } }, fault: 'unsupported-version' },
    { title: 'of a short uid', value: { ...json(), uid: 'abcd' }, fault: 'wrong-repository' },
    { title: 'of a uid in capitals', value: { ...json(), uid: json().uid.toUpperCase() }, fault: 'wrong-repository' },
    { title: 'of a uid with a tail', value: { ...json(), uid: `${json().uid}zz` }, fault: 'wrong-repository' },
    { title: 'of no uid', value: { ...json(), uid: undefined }, fault: 'wrong-repository' },
    { title: 'made at no time', value: { ...json(), createdMs: '1e999' }, fault: 'wrong-repository' },
    { title: 'made in eternity', value: JSON.stringify(json()).replace('1700000000000', '1e999'), fault: 'wrong-repository' },
    { title: 'of more than 1 MiB', value: ' '.repeat(1024 * 1024 + 1), fault: 'limit-exceeded' },
  ])('is refused when it is $title', ({ value, fault }) => {
    expect(faultOf(() => read(value))).toBe(fault)
  })
})
