import { existsSync } from 'node:fs'
import { AgentError } from '../errors/agent-error.ts'
import { readSmallFile } from '../state/read-small-file.ts'
import { replaceFileSync } from '../state/replace-file.ts'
import { stateError } from '../state/state-folder.ts'
import { type Configuration, emptyConfiguration } from './configuration.ts'
import { ConfigurationError } from './configuration-error.ts'
import { parseConfiguration } from './parse-configuration.ts'
import { configurationXml } from './write-configuration.ts'
import { xmlMaxBytes } from './xml-document.ts'

const fileMode = 0o600

export function backupOf(path: string): string {
  return `${path}.backup`
}

/** What the file says; the empty configuration when there is none yet. @throws AgentError HF-CONFIG-INVALID, HF-STATE-UNUSABLE */
export function readConfiguration(path: string, platform: NodeJS.Platform): Configuration {
  const bytes = readBytes(path)
  if (!bytes) return emptyConfiguration
  try {
    return parseConfiguration(bytes, platform)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    throw invalid(path, error)
  }
}

/**
 * Replaces the file whole, and keeps the one before as its backup. What is written is read back first: a mistake of this program must
 * not cost the configuration.
 */
export function writeConfiguration(path: string, configuration: Configuration, platform: NodeJS.Platform): void {
  const text = configurationXml(configuration)
  const bytes = Buffer.from(text)
  if (configurationXml(parseConfiguration(bytes, platform)) !== text)
    throw new Error('the configuration does not survive being written')
  const before = readBytes(path)
  try {
    if (before) replaceFileSync(backupOf(path), before, { mode: fileMode })
    replaceFileSync(path, bytes, { mode: fileMode })
  } catch (cause) {
    throw stateError(path, cause)
  }
}

function readBytes(path: string): Buffer | undefined {
  try {
    return readSmallFile(path, xmlMaxBytes)
  } catch (cause) {
    throw stateError(path, cause)
  }
}

function invalid(path: string, error: ConfigurationError): AgentError {
  const { place } = error
  const where = place ? `${path}, line ${place.line}, column ${place.column}` : path
  const backup = backupOf(path)
  return new AgentError('HF-CONFIG-INVALID', `${where}: ${error.message}.`, {
    hint: existsSync(backup) ? `Mend that place, or put ${backup} in its place.` : 'Mend that place.',
    members: place ? { line: place.line, column: place.column } : {},
    cause: error,
  })
}
