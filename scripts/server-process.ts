/** A server that we start, wait for and end. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'

const PATIENCE_MS = 60_000

/** Those that run: nobody of them outlives this process, also when what was to stop it hangs. */
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** How a server is started. */
export interface Launch {
  readonly file: string
  readonly args: readonly string[]
  readonly options: SpawnOptions
  /** Whether it answers by now; gets what it printed last. */
  isReady(output: string): boolean | Promise<boolean>
  /** Called at once, before it is ready. */
  started?(child: ChildProcess): void
}

/** Starts it; resolves when it answers. */
export async function launch({ file, args, options, isReady, started }: Launch): Promise<ChildProcess> {
  let output = ''
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  started?.(child)
  child.once('exit', () => running.delete(child))
  const collect = (chunk: Buffer): void => void (output = `${output}${chunk.toString()}`.slice(-4_000))
  child.stdout?.on('data', collect)
  child.stderr?.on('data', collect)
  let failure: Error | undefined
  child.once('error', (error) => (failure = error))
  const end = performance.now() + PATIENCE_MS
  while (!(await isReady(output))) {
    if (failure !== undefined || child.exitCode !== null || performance.now() > end) {
      child.kill('SIGKILL')
      throw new Error(`${file} does not start. ${output}`, { cause: failure })
    }
    await new Promise((resolve) => void setTimeout(resolve, 50))
  }
  return child
}

/** Ends it, and waits until it has. */
export async function terminate(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  // Stopped by a test, perhaps.
  child.kill('SIGCONT')
  await ended
}
