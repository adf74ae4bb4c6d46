/** Clients of Prisma, generated in a folder of their own, without a network. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** What a client is made from. */
export interface PrismaOptions {
  readonly provider: 'postgresql' | 'mysql' | 'sqlite'
  /** In the language of `schema.prisma`. */
  readonly models: string
  /** URL of the package.json of a package that depends on `prisma` and `@prisma/client`. */
  readonly manifest: URL
}

/** Makes clients of a database. */
export interface Generated<Client> {
  /** A client with this adapter. */
  connect(adapter: unknown): Client
  remove(): Promise<void>
}

/** Generates one. */
export async function generatePrisma<Client>({
  provider,
  models,
  manifest,
}: PrismaOptions): Promise<Generated<Client>> {
  const folder = await mkdtemp(join(tmpdir(), 'hotpath-prisma-'))
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    // The client is found from there as it is found from the package.
    await symlink(join(dirname(fileURLToPath(manifest)), 'node_modules'), join(folder, 'node_modules'))
    const head = `generator client {\n  provider = "prisma-client"\n  output = "./generated"\n}\ndatasource db {\n  provider = "${provider}"\n}`
    await writeFile(join(folder, 'schema.prisma'), `${head}\n${models}\n`)
    const cli = createRequire(manifest).resolve('prisma/build/index.js')
    await promisify(execFile)(process.execPath, [cli, 'generate', '--schema', 'schema.prisma'], {
      cwd: folder,
      // No engine is needed for it, and none is fetched.
      env: {
        ...process.env,
        PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true',
        CHECKPOINT_DISABLE: '1',
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
      },
    })
    const { PrismaClient } = (await import(join(folder, 'generated', 'client.ts'))) as {
      PrismaClient: new (options: { adapter: unknown }) => Client
    }
    return { connect: (adapter) => new PrismaClient({ adapter }), remove }
  } catch (error) {
    await remove()
    throw error
  }
}
