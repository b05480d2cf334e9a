/** Which story two fingerprints tell: tables of computers as they are met in offices. */
import { describe, expect, test } from 'vitest'
import { type Fingerprint, fingerprintSchema } from '../../../server/devices/fingerprint.ts'
import { comparedFacts, factWeights, type IdentityVerdict, scoreIdentity } from '../../../server/devices/identity-score.ts'

const officePc = {
  print: 'ab'.repeat(32),
  machineId: '8f2c1c0e5d3b4a6f9e7d8c7b6a594837',
  system: { manufacturer: 'Fujitsu', model: 'ESPRIMO P558', serial: 'YLNS123456', uuid: '4c4c4544-0042-3510-8052-b4c04f335931' },
  board: { manufacturer: 'FUJITSU', model: 'D3600-A1', serial: '51234567' },
  macs: ['4c:52:62:1a:2b:3c'],
  diskSerials: ['S4XBNF0M812345'],
}

const otherPc = {
  print: 'cd'.repeat(32),
  machineId: '11111111222222223333333344444444',
  system: { manufacturer: 'Dell', model: 'OptiPlex 7090', serial: 'H8K2LM3', uuid: '4c4c4544-0038-4b10-8032-c8c04f4c4d33' },
  board: { manufacturer: 'Dell Inc.', model: '0J37VM', serial: '/H8K2LM3/CNWS20012' },
  macs: ['a4:bb:6d:01:02:03'],
  diskSerials: ['WD-WCC6Y1234567'],
}

/** What a program without root's rights sees on Linux. */
const unseenBoard = {
  system: { manufacturer: 'Fujitsu', model: 'ESPRIMO P558' },
  board: { manufacturer: 'FUJITSU', model: 'D3600-A1' },
}

const print = (props: object): Fingerprint => fingerprintSchema.parse({ print: 'ab'.repeat(32), ...props })

interface Story {
  readonly title: string
  readonly known?: object
  readonly shown: object
  readonly expect: IdentityVerdict
  readonly likeness?: number
}

const stories: readonly Story[] = [
  { title: 'the same computer', shown: officePc, expect: 'same', likeness: 100 },
  {
    title: 'a second network card was added',
    shown: { ...officePc, macs: [...officePc.macs, 'a0:36:9f:00:00:01'] },
    expect: 'same',
  },
  { title: 'the network card was replaced', shown: { ...officePc, macs: ['a0:36:9f:00:00:01'] }, expect: 'same', likeness: 75 },
  { title: 'a new disk with the old system', shown: { ...officePc, diskSerials: ['NEWDISK0001'] }, expect: 'same', likeness: 75 },
  {
    title: 'letters and blanks of other sizes',
    shown: { ...officePc, macs: ['4C-52-62-1A-2B-3C'], machineId: ` ${officePc.machineId.toUpperCase()} ` },
    expect: 'same',
    likeness: 100,
  },
  { title: 'the same PC reinstalled', shown: { ...officePc, machineId: otherPc.machineId }, expect: 'reinstalled', likeness: 90 },
  {
    title: 'reinstalled onto a new disk',
    shown: { ...officePc, machineId: otherPc.machineId, diskSerials: ['NEWDISK0001'] },
    expect: 'reinstalled',
    likeness: 65,
  },
  {
    title: 'reinstalled, seen without root',
    known: { ...officePc, ...unseenBoard },
    shown: { ...officePc, ...unseenBoard, machineId: otherPc.machineId },
    expect: 'reinstalled',
  },
  { title: 'connected as root, then without', shown: { ...officePc, ...unseenBoard }, expect: 'same', likeness: 100 },
  {
    title: 'the same disk in a new PC',
    shown: { ...otherPc, diskSerials: officePc.diskSerials, machineId: officePc.machineId },
    expect: 'moved-disk',
    likeness: 35,
  },
  {
    title: 'the same disk in a new PC, new system',
    shown: { ...otherPc, diskSerials: officePc.diskSerials },
    expect: 'moved-disk',
    likeness: 25,
  },
  {
    title: 'the board was replaced',
    shown: { ...officePc, system: otherPc.system, board: otherPc.board, macs: otherPc.macs },
    expect: 'moved-disk',
  },
  {
    title: 'the board was replaced, the card kept',
    shown: { ...officePc, system: otherPc.system, board: otherPc.board },
    expect: 'moved-disk',
    likeness: 60,
  },
  { title: 'an image of it on another PC', shown: { ...otherPc, machineId: officePc.machineId }, expect: 'cloned', likeness: 10 },
  {
    title: 'a virtual machine copied',
    known: { machineId: officePc.machineId, system: { uuid: officePc.system.uuid }, diskSerials: ['QM00001'] },
    shown: { machineId: officePc.machineId, system: { uuid: otherPc.system.uuid }, diskSerials: ['QM00001'] },
    expect: 'cloned',
  },
  { title: 'another computer', shown: otherPc, expect: 'other', likeness: 0 },
  {
    title: 'another one of the same model',
    shown: {
      ...officePc,
      machineId: otherPc.machineId,
      macs: otherPc.macs,
      diskSerials: otherPc.diskSerials,
      system: { ...officePc.system, serial: 'YLNS123457', uuid: '4c4c4544-0042-3510-8052-b4c04f335932' },
    },
    expect: 'other',
    likeness: 0,
  },
  {
    title: 'another one of the same model, seen without root',
    known: { ...officePc, ...unseenBoard },
    shown: { ...unseenBoard, machineId: otherPc.machineId, macs: otherPc.macs, diskSerials: otherPc.diskSerials },
    expect: 'other',
  },
]

describe('stories', () => {
  test.each(stories)('$title: $expect', ({ known = officePc, shown, expect: verdict, likeness }) => {
    const score = scoreIdentity(print(known), print(shown))
    expect(score, JSON.stringify(score)).toMatchObject({ verdict, ...(likeness === undefined ? {} : { likeness }) })
  })

  test.each(stories)('$title: the same from the other side', ({ known = officePc, shown }) => {
    expect(scoreIdentity(print(shown), print(known))).toEqual(scoreIdentity(print(known), print(shown)))
  })
})

/** Alone they would make one computer of two strangers. */
const noEvidence: readonly { readonly title: string; readonly both: object }[] = [
  { title: 'nothing at all', both: {} },
  { title: 'a machine id alone: containers and images share it', both: { machineId: officePc.machineId } },
  { title: 'an uninitialised machine id', both: { machineId: 'uninitialized' } },
  { title: 'an empty board uuid', both: { system: { uuid: '00000000-0000-0000-0000-000000000000' } } },
  { title: 'a board uuid of ones', both: { system: { uuid: 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF' } } },
  { title: 'the uuid of every cheap board', both: { system: { uuid: '03000200-0400-0500-0006-000700080009' } } },
  { title: 'Dell without a service tag', both: { board: { uuid: '4C4C4544-0000-2010-8020-80C04F202020' } } },
  { title: 'no uuid at all', both: { system: { uuid: 'Not Settable' } } },
  { title: 'a board that calls its serial a string', both: { board: { manufacturer: 'ASUS', serial: 'Default string' } } },
  { title: 'a board that counts', both: { board: { manufacturer: 'ASUS', serial: '0123456789ABCDEF' } } },
  { title: 'maker and model', both: { system: { manufacturer: 'QEMU', model: 'Standard PC' } } },
  { title: 'a made-up network address', both: { macs: ['02:42:ac:11:00:02', '52:54:00:12:34:56', 'da:a1:19:00:00:01'] } },
  { title: 'no network address', both: { macs: ['00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff', 'x'] } },
  { title: 'the disk of every virtual machine', both: { diskSerials: ['QM00001', 'drive-scsi0', '0000', 'beaf11', 'abc'] } },
]

test.each(noEvidence)('no evidence: $title', ({ both }) => {
  expect(scoreIdentity(print(both), print(both)).verdict).toBe('other')
})

test('what went from hand to hand makes nobody the same', () => {
  const dock = 'a0:ce:c8:00:00:01'
  const usbDisk = 'USBDISK12345'
  const one = { machineId: officePc.machineId, macs: [...officePc.macs, dock], diskSerials: [...officePc.diskSerials, usbDisk] }
  const other = { machineId: otherPc.machineId, macs: [...otherPc.macs, dock], diskSerials: [...otherPc.diskSerials, usbDisk] }
  expect(scoreIdentity(print(one), print(other))).toMatchObject({
    verdict: 'other',
    facts: { macs: 'unknown', disks: 'unknown' },
  })
})

test('the weights are of a hundred, and a board outweighs the cards', () => {
  expect(comparedFacts.reduce((sum, fact) => sum + factWeights[fact], 0)).toBe(100)
  expect(factWeights.board).toBeGreaterThan(factWeights.macs)
})
