// What every storage promises (engine/storage/storage.ts). Each storage runs this suite from its own test file.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Storage } from '../../engine/storage/storage.ts'
import { alignedBuffer } from '../../engine/system/aligned-buffer.ts'

export interface StorageUnderTest extends AsyncDisposable {
  readonly storage: Storage
}

export function storageContract(title: string, open: () => Promise<StorageUnderTest>): void {
  describe(`${title} keeps the promises of a storage`, () => {
    let opened: StorageUnderTest
    let storage: Storage
    beforeEach(async () => {
      opened = await open()
      storage = opened.storage
    })
    afterEach(async () => await opened[Symbol.asyncDispose]())

    const bytes = Buffer.from('first bytes')
    const others = Buffer.from('other bytes')

    test('what was put is read back, whole and by range', async () => {
      await storage.put('packs/ab/abcd', bytes)
      expect(await storage.read('packs/ab/abcd')).toEqual(bytes)
      expect(await storage.read('packs/ab/abcd', { start: 6, length: 5 })).toEqual(Buffer.from('bytes'))
      expect(await storage.find('packs/ab/abcd')).toBe(bytes.length)
    })

    test('a range past the end gives what there is', async () => {
      await storage.put('packs/short', bytes)
      expect(await storage.read('packs/short', { start: 6, length: 100 })).toEqual(Buffer.from('bytes'))
      expect(await storage.read('packs/short', { start: 100, length: 5 })).toEqual(Buffer.alloc(0))
    })

    test('an empty file is a file', async () => {
      await storage.put('empty', Buffer.alloc(0))
      expect(await storage.find('empty')).toBe(0)
      expect(await storage.read('empty')).toEqual(Buffer.alloc(0))
    })

    test('bytes in shared memory are bytes', async () => {
      const shared = Buffer.from(new SharedArrayBuffer(bytes.length))
      shared.set(bytes)
      await storage.put('shared', shared)
      expect(await storage.read('shared')).toEqual(bytes)
    })

    test('changing the buffer afterwards changes nothing', async () => {
      const mine = Buffer.from(bytes)
      await storage.put('mine', mine)
      mine.fill(0)
      const read = await storage.read('mine')
      read.fill(1)
      expect(await storage.read('mine')).toEqual(bytes)
    })

    test('the same bytes again are a success', async () => {
      await storage.put('twice', bytes)
      await storage.put('twice', bytes)
      expect(await storage.read('twice')).toEqual(bytes)
    })

    test('other bytes under the same name are refused, the first stay', async () => {
      await storage.put('taken', bytes)
      await expect(storage.put('taken', others)).rejects.toMatchObject({ fault: 'exists-different' })
      expect(await storage.read('taken')).toEqual(bytes)
    })

    test('of many that put different bytes under one name, one wins', async () => {
      const rivals = Array.from({ length: 16 }, (_, index) => Buffer.from(`rival ${index}`))
      const results = await Promise.allSettled(rivals.map((rival) => storage.put('prize', rival)))
      const winners = rivals.filter((_, index) => results[index]!.status === 'fulfilled')
      expect(winners).toHaveLength(1)
      expect(await storage.read('prize')).toEqual(winners[0])
    })

    test('it asks before each piece, and what it is told ends it', async () => {
      const large = Buffer.alloc(700_000, 7)
      const asked: number[] = []
      const beforePiece = async (pieceBytes: number) => void asked.push(pieceBytes)
      await storage.put('slow', large, { beforePiece })
      expect(asked.length).toBeGreaterThan(1)
      expect(asked.reduce((sum, piece) => sum + piece, 0)).toBe(large.length)
      expect(await storage.read('slow')).toEqual(large)

      const refuse = async () => Promise.reject(new Error('enough'))
      await expect(storage.put('never', large, { beforePiece: refuse })).rejects.toThrow('enough')
      expect(await storage.find('never')).toBeUndefined()
      await expect(storage.replace('slow', bytes, { beforePiece: refuse })).rejects.toThrow('enough')
      expect(await storage.read('slow')).toEqual(large)
    })

    test.each([1024 * 1024, 700_001, 300_000, 4096])(
      '%d bytes on a block’s edge go and come whole, also from the disk',
      async (length) => {
        const large = alignedBuffer(length)
        for (let at = 0; at < length; at += 1) large[at] = (at * 31) & 255
        await storage.put('large', large)
        expect(large.equals(await storage.read('large'))).toBe(true)
        const pieces: Buffer[] = []
        for (let start = 0; start < length; start += 512 * 1024)
          pieces.push(await storage.read('large', { start, length: 512 * 1024, isFromDisk: true }))
        expect(large.equals(Buffer.concat(pieces))).toBe(true)
        expect(await storage.read('large', { start: length, length: 512 * 1024, isFromDisk: true })).toHaveLength(0)
        expect(
          large.subarray(5, 300_005).equals(await storage.read('large', { start: 5, length: 300_000, isFromDisk: true })),
        ).toBe(true)
      },
    )

    test('replace puts and replaces', async () => {
      await storage.replace('generation', bytes)
      await storage.replace('generation', others)
      expect(await storage.read('generation')).toEqual(others)
    })

    test('a file that is not there is absent, and removing it is no error', async () => {
      await expect(storage.read('no/where')).rejects.toMatchObject({ name: 'StorageError', fault: 'absent' })
      expect(await storage.find('no/where')).toBeUndefined()
      await storage.remove('no/where')
    })

    test('a removed file is gone, and its name is free', async () => {
      await storage.put('gone', bytes)
      await storage.remove('gone')
      expect(await storage.find('gone')).toBeUndefined()
      await storage.put('gone', others)
      expect(await storage.read('gone')).toEqual(others)
    })

    test('files below a folder are listed in order of their names', async () => {
      const names = [
        'snapshots/d/2',
        'snapshots/d/1',
        'snapshots/d-e/1',
        'snapshots/d.e',
        'snapshots/d/1.gone',
        'snapshotsx/1',
        'keys/1',
      ]
      for (const name of names) await storage.put(name, Buffer.from(name))
      const listed = await Array.fromAsync(storage.list('snapshots'))
      const expected = names.filter((name) => name.startsWith('snapshots/')).sort()
      expect(listed).toEqual(expected.map((name) => ({ name, sizeBytes: name.length })))
      expect(await Array.fromAsync(storage.list('snapshots/d'))).toHaveLength(3)
    })

    test('a folder that is absent is empty', async () => {
      expect(await Array.fromAsync(storage.list('nothing/here'))).toEqual([])
    })

    const wrongNames = [
      '',
      '/',
      '/etc/passwd',
      '..',
      '../x',
      'a/../b',
      'a//b',
      'a/',
      './a',
      '.hidden',
      'a/.b',
      'ü',
      'a b',
      'a\\b',
      'a\0b',
      'x'.repeat(600),
    ]
    test.each(wrongNames)('the name %j is refused everywhere', async (name) => {
      const refused = { name: 'RangeError' }
      await expect(async () => await storage.put(name, bytes)).rejects.toMatchObject(refused)
      await expect(async () => await storage.replace(name, bytes)).rejects.toMatchObject(refused)
      await expect(async () => await storage.read(name)).rejects.toMatchObject(refused)
      await expect(async () => await storage.find(name)).rejects.toMatchObject(refused)
      await expect(async () => await storage.remove(name)).rejects.toMatchObject(refused)
      await expect(async () => await Array.fromAsync(storage.list(name))).rejects.toMatchObject(refused)
    })
  })
}
