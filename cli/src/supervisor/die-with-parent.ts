/**
 * Loaded before each child's own program: when the supervisor is gone (killed, not stopped), its IPC channel closes, and
 * the child ends too instead of holding ports and leases for nobody. Programs that a child forks inherit this import; it is
 * not about them, so the supervisor's process id comes along.
 */
const supervisor = Number(new URL(import.meta.url).searchParams.get('supervisor'));

if (process.ppid === supervisor) {
  process.once('disconnect', () => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.exit(1), 25_000).unref();
  });
  // The channel alone must not keep a program alive that has finished.
  process.channel?.unref();
}
