/** A job: what a computer backs up together. Its definition lives on the computer; the box knows its name and what came of it. */
import type { ChunkId } from '../../engine/index.ts'
import type { Id } from '../runtime/ids.ts'

/** The key of mass rows; people and agents know a job by its device and its name. */
export type JobId = number

export interface Job {
  readonly jobId: JobId
  readonly deviceId: Id<'dev'>
  readonly name: string
  readonly catalogue: JobCatalogue
  /** Never a checkpoint. */
  readonly newestVersion: Id<'snap'> | undefined
  readonly lastGoodVersion: Id<'snap'> | undefined
}

/** How far the catalogue of a job is. Its numbers count the job's catalogued versions; they are not the seq of the chain. */
export interface JobCatalogue {
  /** The newest that everybody sees; 0 before the first. */
  readonly version: number
  /** The newest that was handed to a stage, committed or not. */
  readonly given: number
  /** The root tree of `version`. */
  readonly root: ChunkId | undefined
}

export const maxJobNameCharacters = 100
