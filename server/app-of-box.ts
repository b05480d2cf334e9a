/** The application over an open box and its services. A part of the composition root, for whoever listens. */
import { join } from 'node:path'
import { createApp } from './app.ts'
import type { Box } from './box.ts'
import type { App } from './http/app-environment.ts'
import { pageContextBy } from './http/page-context.ts'
import { openStaticFiles } from './http/static-files.ts'
import { openErrorManual } from './manual/error-manual.ts'
import { readVersion } from './runtime/version.ts'
import type { Services } from './services.ts'

const programFolder = join(import.meta.dirname, '..')

/** `agentPin`: of the box's own authority, when its certificate comes from there. */
export async function appOfBox(box: Box, services: Services, agentPin: string | undefined): Promise<App> {
  const { config, clock, boxId } = box
  const staticFiles = await openStaticFiles(join(programFolder, 'public'))
  return createApp({
    log: box.log.child({ part: 'http' }),
    randomness: box.randomness,
    clock,
    version: readVersion(),
    instanceId: boxId,
    publicUrl: config.publicUrl,
    trustedProxy: config.trustedProxy,
    readiness: services.readiness,
    people: services,
    lettersSide: services,
    devicesSide: services,
    uploads: services.uploads,
    care: services,
    recoverySide: services,
    keyCare: services.keyCare,
    rebuild: services.rebuild,
    retentionSide: services,
    drills: services.drills,
    restoresSide: services,
    plansSide: services,
    copiesSide: services,
    sharesSide: services,
    errorManual: await openErrorManual(join(programFolder, 'docs', 'user', 'errors')),
    staticFiles,
    agentPin,
    pageContext: pageContextBy({
      clock,
      assets: staticFiles.prefix,
      zoneCookie: `holdfast_zone_${boxId}`,
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      publicUrl: config.publicUrl,
    }),
  })
}
