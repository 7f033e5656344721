/**
 * Loaded before each child's own program: when the supervisor is gone (killed, not stopped), its IPC channel closes, and
 * the child ends too instead of holding ports and leases for nobody.
 */
process.once('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.exit(1), 25_000).unref();
});
// The channel alone must not keep a program alive that has finished.
process.channel?.unref();
