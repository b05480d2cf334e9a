import type { TreeEntry, Version } from '../../engine/index.ts'
import { resolveSourcePath } from '../../selection/source-path.ts'
import { nameText, parseNameText } from '../../views/format/name-text.ts'
import { AgentError } from '../errors/agent-error.ts'

/*
 * From what somebody typed to a path inside a version. A version mirrors absolute paths with `/` between names; names are bytes, and
 * what cannot be typed may be written as listings show it (`\xE4`).
 */

export interface PathTyping {
  readonly bytesOfArgument: (argument: string) => Buffer
  readonly workingFolder: string
  readonly platform: NodeJS.Platform
}

/** The ways in which the word can be meant, the literal one first. */
export function versionPaths(word: string, typing: PathTyping): readonly Buffer[] {
  const literal = typing.bytesOfArgument(word)
  const spelled = Buffer.from(parseNameText(word))
  return (literal.equals(spelled) ? [literal] : [literal, spelled]).map((path) => versionPath(path, typing))
}

function versionPath(path: Buffer, { workingFolder, platform }: PathTyping): Buffer {
  // Another computer's path, whatever this one is: C:\Users\Ann
  if (/^[A-Za-z]:[\\/]/.test(path.toString('latin1'))) return withSlashes(path)
  const absolute = resolveSourcePath(path, workingFolder, platform)
  return platform === 'win32' ? withSlashes(absolute) : absolute
}

function withSlashes(path: Buffer): Buffer {
  return Buffer.from(path.toString('latin1').replaceAll('\\', '/').replace(/\/+$/, ''), 'latin1')
}

/** Which version was looked into, where the answer may be that another one was meant. */
export interface LookedInto {
  readonly job: string
  readonly otherJobs: readonly string[]
}

export interface FoundPath {
  readonly path: Buffer
  readonly entry: TreeEntry
}

/** @throws AgentError HF-PATH-NOT-IN-VERSION, naming the nearest that is */
export async function findInVersion(version: Version, word: string, typing: PathTyping, looked?: LookedInto): Promise<FoundPath> {
  const paths = versionPaths(word, typing)
  for (const path of paths) {
    const entry = await version.stat(path)
    if (entry) return { path, entry }
  }
  throw await notInVersion(version, paths[0]!, looked)
}

/** Names looked at for one that is spelled nearly alike. */
const namesLookedAtMax = 20_000

async function notInVersion(version: Version, path: Buffer, looked: LookedInto | undefined): Promise<AgentError> {
  let folder = parentOf(path)
  let missing = nameOf(path)
  let entry = await version.stat(folder)
  while (!entry && folder.length > 1) {
    missing = nameOf(folder)
    folder = parentOf(folder)
    entry = await version.stat(folder)
  }
  const near = await nearestName(version, folder, missing)
  const nearest = near ? joinPath(folder, near) : folder
  const message = `${nameText(path)} is not in this version. The nearest that is: ${nameText(nearest)}.`
  return new AgentError('HF-PATH-NOT-IN-VERSION', message, {
    hint: hintOf(path, looked),
    members: { nearest: nameText(nearest) },
  })
}

function hintOf(path: Buffer, looked: LookedInto | undefined): string {
  const find = `Look around with "holdfast-agent ls", or find where it was with "holdfast-agent find ${nameText(nameOf(path))}".`
  if (!looked || looked.otherJobs.length === 0) return find
  return `This is a version of the job "${looked.job}"; those of others with --job: ${looked.otherJobs.join(', ')}. ${find}`
}

async function nearestName(version: Version, folder: Buffer, wanted: Buffer): Promise<Buffer | undefined> {
  const { entries } = await version.listFolder(folder, { limit: namesLookedAtMax })
  const text = fold(wanted.toString('utf8'))
  const near = entries
    .map(({ name }) => ({ name, distance: distanceOf(fold(name.toString('utf8')), text) }))
    .filter(({ distance }) => distance <= Math.max(1, Math.floor(text.length / 3)))
    .sort((one, other) => one.distance - other.distance)
  return near[0]?.name
}

function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
}

/** Levenshtein's distance, of names: both are short. */
export function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let at = 0; at < one.length; at += 1) {
    const next = [at + 1]
    for (let index = 0; index < other.length; index += 1)
      next.push(Math.min(row[index + 1]! + 1, next[index]! + 1, row[index]! + (one[at] === other[index] ? 0 : 1)))
    row = next
  }
  return row[other.length]!
}

const slash = 0x2f

function parentOf(path: Buffer): Buffer {
  const end = path.lastIndexOf(slash)
  return end <= 0 ? Buffer.from('/') : path.subarray(0, end)
}

function nameOf(path: Buffer): Buffer {
  return path.subarray(path.lastIndexOf(slash) + 1)
}

function joinPath(folder: Buffer, name: Buffer): Buffer {
  return Buffer.concat([folder, Buffer.from(folder[folder.length - 1] === slash ? '' : '/'), name])
}
