// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of code
/**
 * Mistakes that somebody could make in storage code, each as one change of its text, and the tests that must notice. A change whose
 * text is not found any more fails as well: it has to follow the code.
 */
export interface Mutant {
  readonly name: string
  readonly file: string
  readonly find: string
  readonly replace: string
  readonly tests: readonly string[]
}

const order = ['tests/faults/order-of-steps.test.ts']
const epoch = ['tests/server/key-care/rotate-epoch.test.ts']
const boxKey = ['tests/server/key-care/box-key.test.ts']
const record = ['tests/engine/repository/record.test.ts']
const durableFile = 'server/storage-volumes/durable-file.ts'

export const mutants: readonly Mutant[] = [
  {
    name: 'small files are not synced',
    file: durableFile,
    find: "    await file.sync()\n    reached('synced')",
    replace: "    reached('synced')",
    tests: order,
  },
  {
    name: 'folders are not synced',
    file: durableFile,
    find: '    await folder.sync()\n',
    replace: '',
    tests: order,
  },
  {
    name: 'packs are not synced',
    file: 'server/packs/incoming-pack.ts',
    find: '          await file.sync()\n',
    replace: '',
    tests: order,
  },
  {
    name: 'the folder of a placed pack is not synced',
    file: durableFile,
    find: "  await syncFolder(dirname(finalFile))\n  reached('folder-synced')",
    replace: "  reached('folder-synced')",
    tests: order,
  },
  {
    name: 'the folder of a version is not synced',
    file: 'server/commits/snapshot-files.ts',
    find: "  await syncFolder(dirname(finalFile))\n  reached('snapshot:folder-synced')",
    replace: "  reached('snapshot:folder-synced')",
    tests: order,
  },
  {
    name: 'the folder of a tombstone is not synced',
    file: 'server/commits/snapshot-files.ts',
    find: "  await syncFolder(dirname(finalFile))\n  reached('gone:folder-synced')",
    replace: "  reached('gone:folder-synced')",
    tests: order,
  },
  {
    name: 'a pack is placed before it is synced',
    file: 'server/packs/incoming-pack.ts',
    find: '          await file.sync()\n          reached(`${name}:synced`)\n',
    replace: '          void file.sync()\n          reached(`${name}:synced`)\n',
    tests: order,
  },
  {
    name: 'rows of a pack before its file',
    file: 'server/packs/packs-service.ts',
    find: '          await volumes.write(incoming.place, uid)\n          await store(upload, index, sizeBytes)\n',
    replace: '          await store(upload, index, sizeBytes)\n          await volumes.write(incoming.place, uid)\n',
    tests: order,
  },
  {
    name: 'the number of the collector is not durable before files are touched',
    file: 'server/repositories/generation.ts',
    find: '  await syncFolder(dirname(place.generationFile))\n',
    replace: '',
    tests: order,
  },
  {
    name: 'slots before the number of the collector',
    file: 'server/key-care/rotate-epoch.ts',
    find: '    await writeGenerationFile(place, generation, reached)\n',
    replace: '',
    tests: order,
  },
  {
    name: 'a slot keeps its salt',
    file: 'server/key-care/rewrite-slots.ts',
    find: 'function sealAgain({ id, kind }: KeySlot, key: Buffer, secrets: RepositorySecrets, randomness: Randomness): KeySlot {\n  return sealKeySlot({ id, kind, salt: randomness.bytes(saltBytes) }, key, secrets)',
    replace:
      'function sealAgain({ id, kind, salt }: KeySlot, key: Buffer, secrets: RepositorySecrets, _: Randomness): KeySlot {\n  return sealKeySlot({ id, kind, salt }, key, secrets)',
    tests: epoch,
  },
  {
    name: 'the secrets of before stay open',
    file: 'server/key-care/rotate-epoch.ts',
    find: '  options.forgetSecrets(repositoryId)\n',
    replace: '',
    tests: epoch,
  },
  {
    name: 'a computer that connects meanwhile is not given the new epoch',
    file: 'server/repositories/device-slots.ts',
    find: '          if (secrets.encryptionKeys.length !== written.epochs) written = write(secrets)\n',
    replace: '',
    tests: epoch,
  },
  {
    name: 'the old box key goes before the files',
    file: 'server/key-care/settle-box-key.ts',
    find: '  for (const repository of await listAll(database)) await writeFiles(options, repository)\n',
    replace:
      '  await takeNextKey(masterKeyFile, reached)\n  for (const repository of await listAll(database)) await writeFiles(options, repository)\n  if (repositories.length >= 0) return nextKey\n',
    tests: boxKey,
  },
  {
    name: 'the server’s secret stays under the old box key',
    file: 'server/key-care/settle-box-key.ts',
    find: '  rewriteServerSecret(options, nextKey)\n',
    replace: '',
    tests: boxKey,
  },
  {
    name: 'the box key’s change does not raise the number by which an old dump is noticed',
    file: 'server/key-care/settle-box-key.ts',
    find: '      await raiseGeneration(tx, repositoryId)\n',
    replace: '',
    tests: boxKey,
  },
  {
    name: 'a record’s id is not compared',
    file: 'engine/repository/record.ts',
    find: 'if (!keys.chunkId(header.type, plaintext).equals(header.chunkId)) {',
    replace: 'if (plaintext.length < 0) {',
    tests: record,
  },
  {
    name: 'plain refs are not compared with the sealed ones',
    file: 'engine/repository/record.ts',
    find: '  checkRefs(header, refs, plaintext)\n',
    replace: '',
    tests: record,
  },
  {
    name: 'a body’s checksum is not looked at',
    file: 'engine/format/record-header.ts',
    find: ' && crc32(record.subarray(recordHeaderBytes, length)) === header.bodyCrc',
    replace: '',
    tests: ['tests/server/checks/check-pack.test.ts', 'tests/engine/format/salvage-records.test.ts'],
  },
  {
    name: 'a pack’s hash is not compared',
    file: 'server/packs/incoming-pack.ts',
    find: "      if (hash.digest('hex') !== packId)\n        throw new PackError('hash-mismatch', 'The bytes received are not those that were announced.')\n",
    replace: '',
    tests: ['tests/server/uploads/raw-uploads.test.ts'],
  },
  {
    name: 'a pack of another repository is taken',
    file: 'server/packs/incoming-pack.ts',
    find: "      if (!index.uid.equals(options.uid)) throw new PackError('wrong-repository', 'This pack belongs to another repository.')\n",
    replace: '',
    tests: ['tests/server/uploads/raw-uploads.test.ts'],
  },
  {
    name: 'a commit does not look whether its ids are there',
    file: 'server/commits/closure-walk.ts',
    find: '      if (chunk === undefined) this.missing.push(Buffer.from(id) as ChunkId)\n      else {',
    replace: '      if (chunk !== undefined) {',
    tests: ['tests/server/uploads/commits.test.ts'],
  },
  {
    name: 'have is answered from bad rows',
    file: 'server/packs/chunks-table.ts',
    find: "      .where('chunks.state', '!=', mappingStates.bad)\n",
    replace: '',
    tests: ['tests/server/uploads/claims.test.ts', 'tests/server/verification/verification.test.ts'],
  },
  {
    name: 'have is answered from what another computer sent and nobody opened',
    file: 'server/packs/chunks-table.ts',
    find: '(chunks.state = ${mappingStates.verified} OR packs.device_id = ${question.deviceId} OR packs.device_id IS NULL)',
    replace: '(chunks.state >= 0 OR packs.device_id = ${question.deviceId})',
    tests: ['tests/server/uploads/claims.test.ts', 'tests/server/verification/verification.test.ts'],
  },
  {
    name: 'a claim does not protect its packs',
    file: 'server/backup-sessions/claims-service.ts',
    find: '        await claimPacks(tx, { packs: claimed, sessionSeq: session.seq, nowMs: clock.now() })\n',
    replace: '        void claimed\n',
    tests: ['tests/server/uploads/claims.test.ts'],
  },
  {
    name: 'an upload whose sender is gone is waited for',
    file: 'server/packs/receive-body.ts',
    find: '    if (receiving.body.destroyed) this.onCut(receiving.body.errored ?? undefined)\n',
    replace: '',
    tests: ['tests/server/packs/receive-body.test.ts'],
  },
]
