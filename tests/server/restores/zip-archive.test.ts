import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ZipEntry, zipArchive } from '../../../server/restores/zip/zip-archive.ts'
import { zipTime } from '../../../server/restores/zip/zip-time.ts'

const changedAtMs = Date.UTC(2026, 2, 24, 18, 1, 7)
const MiB = 1024 * 1024
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast zip '))
})
afterEach(() => rmSync(folder, { recursive: true }))

function file(name: string, content: Buffer, unixMode = 0o100644): ZipEntry {
  async function* pieces() {
    for (let at = 0; at < content.length; at += 100_000) yield content.subarray(at, at + 100_000)
  }
  return { name, sizeBytes: content.length, unixMode, time: zipTime(changedAtMs, 'Europe/Berlin'), content: pieces }
}

async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items
}

/** Writes the archive, zeros as a hole, and asks Python what is in it. */
async function readBack(archive: AsyncIterable<Buffer>, option?: string) {
  const path = join(folder, 'archive.zip')
  const descriptor = openSync(path, 'w')
  let at = 0
  for await (const piece of archive) {
    if (!zeros.equals(piece)) writeSync(descriptor, piece, 0, piece.length, at)
    at += piece.length
  }
  ftruncateSync(descriptor, at)
  closeSync(descriptor)
  return JSON.parse(
    execFileSync('python3', [
      join(import.meta.dirname, '../../interop/read-zip.py'),
      path,
      ...(option ? [option] : []),
    ]).toString(),
  )
}

const zeros = Buffer.alloc(8 * MiB)
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

describe('a ZIP archive', () => {
  test('gives back names, bytes, modes, links and times', async () => {
    const large = Buffer.from(Array.from({ length: 3 * MiB }, (_, index) => (index * 7) % 251))
    const entries = [
      { ...file('Invoices 2026/', Buffer.alloc(0), 0o040755) },
      file('Invoices 2026/請求書 März.xlsx', Buffer.from('small')),
      file('Invoices 2026/empty', Buffer.alloc(0)),
      file('large.bin', large, 0o100600),
      file('link', Buffer.from('../elsewhere'), 0o120777),
    ]
    const found = await readBack(zipArchive(each(entries)))
    expect(found).toMatchObject([
      { name: 'Invoices 2026/', size: 0, mode: '0o40755' },
      { name: 'Invoices 2026/請求書 März.xlsx', size: 5, mode: '0o100644', sha256: sha256(Buffer.from('small')) },
      { name: 'Invoices 2026/empty', size: 0, sha256: sha256(Buffer.alloc(0)) },
      { name: 'large.bin', size: large.length, mode: '0o100600', sha256: sha256(large) },
      { name: 'link', mode: '0o120777', sha256: sha256(Buffer.from('../elsewhere')) },
    ])
    // 19:01:07 in Berlin, in steps of two seconds; the exact second, UTC, is in the extra field.
    expect(found[1].time).toEqual([2026, 3, 24, 19, 1, 6])
    expect(Buffer.from(found[1].extra, 'hex').readInt32LE(5)).toBe(changedAtMs / 1000)
  })

  test('is a whole archive when there is nothing in it', async () => {
    expect(await readBack(zipArchive(each([])))).toEqual([])
  })

  test('holds a file of more than 4 GiB, and what comes behind it', async () => {
    const sizeBytes = 4 * 1024 * MiB + zeros.length
    const huge: ZipEntry = {
      ...file('huge.bin', Buffer.alloc(0)),
      sizeBytes,
      content: () => each(Array.from({ length: sizeBytes / zeros.length }, () => zeros)),
    }
    const found = await readBack(zipArchive(each([huge, file('after.txt', Buffer.from('still here'))])))
    expect(found[0]).toMatchObject({ name: 'huge.bin', size: sizeBytes })
    expect(found[1].offset).toBeGreaterThan(4 * 1024 * MiB)
    expect(found[1]).toMatchObject({ name: 'after.txt', sha256: sha256(Buffer.from('still here')) })
  })

  test('holds more files than the old format could count', async () => {
    const entries = Array.from({ length: 70_000 }, (_, index) => file(`folder/${index}.txt`, Buffer.from(String(index))))
    const found = await readBack(zipArchive(each(entries)), '--summary')
    expect(found).toMatchObject({ count: 70_000, last: { name: 'folder/69999.txt', sha256: sha256(Buffer.from('69999')) } })
  })

  test.each([
    { title: 'fewer bytes than it said, small', sizeBytes: 10, given: 9 },
    { title: 'more bytes than it said, small', sizeBytes: 10, given: 11 },
    { title: 'fewer bytes than it said, large', sizeBytes: 2 * MiB, given: 2 * MiB - 1 },
    { title: 'more bytes than it said, large', sizeBytes: 2 * MiB, given: 2 * MiB + 1 },
  ])('breaks off when a file gives $title', async ({ sizeBytes, given }) => {
    const entry = { ...file('a', Buffer.alloc(given, 1)), sizeBytes }
    await expect(Array.fromAsync(zipArchive(each([entry])))).rejects.toThrow(`a file of ${sizeBytes} bytes gave`)
  })

  test('ends the work when the reader leaves', async () => {
    let ended = false
    async function* endless(): AsyncGenerator<ZipEntry> {
      try {
        for (let index = 0; ; index += 1) yield file(`${index}`, Buffer.from('x'))
      } finally {
        ended = true
      }
    }
    const archive = zipArchive(endless())
    await archive.next()
    await archive.return()
    expect(ended).toBe(true)
  })

  test('times outside of what the format can say are its first and last', () => {
    expect(zipTime(Date.UTC(1969, 6, 20), 'UTC')).toMatchObject({ dosDate: (1 << 5) | 1, dosTime: 0 })
    expect(zipTime(Date.UTC(2300, 0, 1), 'UTC')).toMatchObject({ dosDate: (127 << 9) | (12 << 5) | 31 })
  })
})
