/** Shows on the terminal how far the database is: one line that grows, or two where there is no terminal. */
export function showProgress(written: number, total: number): void {
  const text = `Building the database: ${written.toLocaleString('en')} of ${total.toLocaleString('en')} places`
  const done = written === total
  if (process.stdout.isTTY) process.stdout.write(`\r${text}${done ? '\n' : ''}`)
  else if (written === 0 || done) console.log(text)
}
