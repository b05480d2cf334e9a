// The engine's front door: chunking, sealing, packs, snapshots, storages, backup, deposit, restore, browse and check, for any Node
// program. It opens no port, reads no environment and prints nothing. What is not named here is not for outsiders.

export {
  BackupError,
  type BackupFault,
  type BackupOptions,
  type BackupProgress,
  type BackupResult,
  backUp,
} from './backup/back-up.ts'
export { compareTrees, type TreeDifference, type TreePlace } from './browse/compare-trees.ts'
export type { FolderPage, ListOptions } from './browse/folder-page.ts'
export type { FilesEvent, ItemToRead } from './browse/many-files.ts'
export { type LostFolder, openVersion, type Version, type WalkedEntry } from './browse/version.ts'
export type { CheckFault, CheckFinding, CheckReport, FileHit } from './check/check-report.ts'
export { type CheckOptions, checkRepository } from './check/check-repository.ts'
export type { Compression } from './compression/zstd.ts'
export { boxKeys } from './crypto/box-keys.ts'
export { type KeySlot, type KeySlotKind, managedSlotKey, openKeySlot, recoverySlotKey, sealKeySlot } from './crypto/key-slot.ts'
export { deriveKeys, type RepositoryKeys, type RepositorySecrets } from './crypto/keys.ts'
export { formatRecoveryCode, type ParsedRecoveryCode, parseRecoveryCode } from './crypto/recovery-code.ts'
export {
  type ReadRecoveryKit,
  type RecoveryKitKey,
  readRecoveryKit,
  recoveryKitBlock,
  recoveryKitMaxBytes,
} from './crypto/recovery-kit.ts'
export { type CutChunk, type CutChunks, cutChunks } from './deposit/cut-chunks.ts'
export { DepositedFile, depositedFolder, folderTree } from './deposit/deposited-entry.ts'
export { type PlainRecord, sealPack } from './deposit/seal-pack.ts'
export { bytesOfText, textOfBytes } from './format/byte-text.ts'
export { encodeGoneFile, type GoneFile, goneSuffix, readGoneFile } from './format/gone-file.ts'
export { readListNode } from './format/list.ts'
export { type NoteBody, noteMaxCharacters, noteNameMaxCharacters } from './format/note-body.ts'
export {
  type PackEntry,
  type PackFoot,
  type PackIndex,
  type PackKind,
  packFootBytes,
  packHeadBytes,
  readPackFoot,
  readPackHead,
  readPackIndex,
  readWholePackIndex,
} from './format/pack.ts'
export { PackScanner } from './format/pack-scanner.ts'
export { PackedTrailer, trailerRange } from './format/packed-trailer.ts'
export { isBodyWhole, type RecordHeader, readHeader, readRefs, recordBytes, recordHeaderBytes } from './format/record-header.ts'
export { salvageRecords } from './format/salvage-records.ts'
export {
  encodeSnapshotBody,
  readSnapshotBody,
  type SkippedFile,
  type SkipReason,
  type SnapshotBody,
  type SnapshotCounts,
  skippedListMax,
  type Verdict,
  verdicts,
} from './format/snapshot-body.ts'
export {
  encodeEnvelope,
  encodeSnapshotFile,
  parseSnapshotFileName,
  readSnapshotFile,
  type SnapshotEnvelope,
  type SnapshotFile,
  snapshotFileName,
} from './format/snapshot-envelope.ts'
export { readTreeNode, type TreeNode } from './format/tree.ts'
export {
  type ContentItem,
  childIds,
  type DirectoryEntry,
  type FileContent,
  type FileEntry,
  type HardlinkEntry,
  type TreeEntry,
} from './format/tree-entry.ts'
export {
  FormatError,
  isLoss,
  MissingChunksError,
  type Refusal,
  RefusedError,
  StorageError,
  type StorageFault,
} from './model/errors.ts'
export {
  type ChunkId,
  type ChunkKey,
  chunkIdBytes,
  chunkIdOfKey,
  chunkKey,
  type DeviceId,
  type PackId,
  parseChunkId,
  parseDeviceId,
  parsePackId,
  parseRepositoryUid,
  parseSnapshotId,
  type RepositoryUid,
  type SnapshotId,
} from './model/ids.ts'
export { chunkMaxBytes, inlineMaxBytes, nameMaxBytes, packMaxBytes, snapshotFileMaxBytes, treeMaxDepth } from './model/limits.ts'
export { type RecordType, recordTypes } from './model/record-type.ts'
export { type AssembledPack, assemblePack } from './prune/assemble-pack.ts'
export { type Claims, isGivenUp, isHeld } from './prune/claims.ts'
export { holdsAny, type LiveRecord, liveRecords } from './prune/live-records.ts'
export { type FindNodes, Mark, type MarkRoot, type MarkSource } from './prune/mark.ts'
export { NodeIndex } from './prune/node-index.ts'
export {
  freedBytes,
  impatientRules,
  isTooMuch,
  mergeFromPacks,
  type PackFacts,
  type PrunePlan,
  type PruneRules,
  planPrune,
  type RepackGroup,
  usualRules,
} from './prune/plan-prune.ts'
export { PrefixMarks } from './prune/prefix-marks.ts'
export {
  type ApplianceLink,
  type ApplianceLinkOptions,
  type ApplianceMethod,
  type ApplianceRequest,
  type ApplianceResponse,
  openApplianceLink,
} from './repository/appliance-link.ts'
export { type ApplianceTargetOptions, connectAppliance, type InstanceStore } from './repository/appliance-target.ts'
export { ApplianceIdentityError, type ApplianceTrust, chainOf, publicKeyPin } from './repository/appliance-trust.ts'
export { createRepository, newRepositorySecrets, type RepositoryToCreate } from './repository/create-repository.ts'
export { type ByteRange, type ContentRun, contentRuns, isSameContent } from './repository/file-content.ts'
export { type FileRepository, type FileRepositoryOptions, openFileRepository } from './repository/file-repository.ts'
export { addToFilter, createFilter, isInFilter } from './repository/id-filter.ts'
export { encodeNoteFile, noteFileMaxBytes, readNoteFile } from './repository/note-file.ts'
export {
  type OpenedRepository,
  openRepository,
  type RepositoryUnlock,
  readRepository,
} from './repository/open-repository.ts'
export { patiently } from './repository/patience.ts'
export { type PlaintextSource, plaintextSource } from './repository/plaintext-source.ts'
export { proveRecord } from './repository/proven-record.ts'
export { type OpenedRecord, openRecord, sealRecord } from './repository/record.ts'
export { refsOfPlaintext } from './repository/refs.ts'
export {
  encodeKeySlotFile,
  encodeRepositoryFile,
  keySlotFileName,
  type RepositoryDescription,
  readKeySlotFile,
  readRepositoryFile,
  repositoryFileName,
} from './repository/repository-files.ts'
export { type SnapshotToSeal, sealSnapshotFile } from './repository/seal-snapshot.ts'
export type {
  BackupSession,
  BackupTarget,
  ChainHead,
  CommitAnswer,
  IdFilter,
  RecordSource,
  SealedPack,
  SessionRequest,
  SnapshotListing,
  SnapshotSource,
} from './repository/target.ts'
export { haveIdsPerCallMax, recordsPerCallMax } from './repository/target.ts'
export type { Destination } from './restore/destination.ts'
export { isSameEntry } from './restore/held-version.ts'
export { type OverwriteRule, overwriteRules } from './restore/overwrite.ts'
export { type Rehearsal, type RehearsalOptions, rehearse, rehearsedNamesMax } from './restore/rehearse.ts'
export { type ByItems, type ByPath, type RestoreOptions, type RestoreSettings, restore } from './restore/restore.ts'
export { RestoreError, type RestoreFault } from './restore/restore-error.ts'
export {
  type BesideEntry,
  type FailedEntry,
  type KeptEntry,
  type NotSetEntry,
  type RestoreProgress,
  type RestoreResult,
  sourcePath,
} from './restore/restore-report.ts'
export { type RevertOptions, type RevertResult, revert } from './restore/revert.ts'
export type { SelectedItem } from './restore/selection.ts'
export { decodeSelectedItem, encodeSelectedItem, selectFrom } from './restore/selection-codec.ts'
export type { Decision, ForgetReason, KeepReason, RetainedVersion } from './retention/decision.ts'
export { foreseeRetention, type KeptUntil } from './retention/foresee-retention.ts'
export { planRetention, type RetentionContext } from './retention/plan-retention.ts'
export {
  type CalendarUnit,
  calendarUnits,
  noRules,
  type RetentionRules,
  ruleCountMax,
  ruleDaysMax,
} from './retention/retention-rules.ts'
export { storageBelow } from './storage/below.ts'
export { type LocalStorageOptions, openLocalStorage } from './storage/local.ts'
export { memoryStorage } from './storage/memory.ts'
export type { PutOptions, ReadRange, Storage, StoredFile } from './storage/storage.ts'
export { alignedBuffer, directBlockBytes, isAligned } from './system/aligned-buffer.ts'
export { releasePiece, releaseResult } from './system/release-piece.ts'
