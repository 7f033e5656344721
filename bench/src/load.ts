import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Our own load generator: autocannon and its like send one body again and again, or pace the next request by the last
 * answer, which hides the waiting of everybody behind a slow one. Here each request is an event of its own, and under an
 * open load it counts from the moment it was due.
 */

export interface Load {
  sent: number;
  /** Answered 200. */
  accepted: number;
  /** Everything else, by status or by what happened to the socket. */
  refused: Record<string, number>;
  seconds: number;
  /** Milliseconds, ascending. */
  latencies: number[];
}

/** `rate` requests a second whatever the answers do. Those still unanswered three seconds after the end count as such. */
export async function openLoad(port: number, request: () => Buffer, rate: number, seconds: number): Promise<Load> {
  const lines = new Lines(port, 256);
  const tally = new Tally();
  const startedAt = performance.now();
  const total = Math.round(rate * seconds);
  const answers: Promise<void>[] = [];
  for (let launched = 0; launched < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) * rate) / 1_000) + 1);
    for (; launched < due; launched += 1) {
      const dueAt = startedAt + (launched * 1_000) / rate;
      answers.push(lines.send(request()).then((status) => tally.count(status, performance.now() - dueAt)));
    }
    await delay(1);
  }
  const endedAt = performance.now();
  await Promise.race([Promise.all(answers), delay(3_000)]);
  lines.close();
  await Promise.all(answers);
  return tally.result(total, (endedAt - startedAt) / 1_000);
}

/** `concurrency` senders, each sending its next event as soon as the last is answered. */
export async function closedLoad(
  port: number,
  request: () => Buffer,
  concurrency: number,
  seconds: number,
): Promise<Load> {
  const lines = new Lines(port, concurrency);
  const tally = new Tally();
  const startedAt = performance.now();
  let sent = 0;
  const sender = async () => {
    while (performance.now() - startedAt < seconds * 1_000) {
      const body = request();
      const sentAt = performance.now();
      sent += 1;
      tally.count(await lines.send(body), performance.now() - sentAt);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, sender));
  const elapsed = (performance.now() - startedAt) / 1_000;
  lines.close();
  return tally.result(sent, elapsed);
}

class Tally {
  #latencies: number[] = [];
  #refused: Record<string, number> = {};

  count(status: string, latencyMs: number): void {
    if (status === '200') this.#latencies.push(latencyMs);
    else this.#refused[status] = (this.#refused[status] ?? 0) + 1;
  }

  result(sent: number, seconds: number): Load {
    const latencies = this.#latencies.sort((a, b) => a - b);
    return { sent, accepted: latencies.length, refused: this.#refused, seconds, latencies };
  }
}

/** Keep-alive connections, at most `max`, opened when needed; a request waits when all are busy. */
class Lines {
  #port: number;
  #max: number;
  #idle: Line[] = [];
  #all = new Set<Line>();
  #waiting: { request: Buffer; resolve: (status: string) => void }[] = [];
  #closed = false;

  constructor(port: number, max: number) {
    this.#port = port;
    this.#max = max;
  }

  send(request: Buffer): Promise<string> {
    return new Promise((resolve) => {
      this.#waiting.push({ request, resolve });
      this.#next();
    });
  }

  close(): void {
    this.#closed = true;
    for (const line of this.#all) line.end();
    for (const { resolve } of this.#waiting.splice(0)) resolve('unanswered');
  }

  #next(): void {
    const line = this.#idle.pop() ?? (this.#all.size < this.#max ? this.#open() : null);
    const waiting = line && this.#waiting.shift();
    if (!line || !waiting) {
      if (line) this.#idle.push(line);
      return;
    }
    line.send(waiting.request, (status) => {
      if (line.isOpen && !this.#closed) this.#idle.push(line);
      waiting.resolve(status);
      if (this.#waiting.length > 0 && !this.#closed) this.#next();
    });
  }

  #open(): Line {
    const line = new Line(this.#port, () => {
      this.#all.delete(line);
      this.#idle = this.#idle.filter((other) => other !== line);
    });
    this.#all.add(line);
    return line;
  }
}

/** One HTTP/1.1 connection, one request at a time: just enough of the protocol to know where an answer ends. */
class Line {
  #socket: Socket;
  #received = '';
  #answered: ((status: string) => void) | null = null;
  isOpen = true;

  constructor(port: number, onClose: () => void) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (text: string) => this.#read(text));
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => {
      this.isOpen = false;
      onClose();
      this.#answer('disconnected');
    });
  }

  send(request: Buffer, answered: (status: string) => void): void {
    this.#received = '';
    this.#answered = answered;
    this.#socket.write(request);
  }

  end(): void {
    if (this.#answered) this.#answer('unanswered');
    this.#socket.destroy();
  }

  #read(text: string): void {
    this.#received += text;
    const headEnd = this.#received.indexOf('\r\n\r\n');
    if (headEnd === -1) return;
    const head = this.#received.slice(0, headEnd);
    const length = /^content-length: *(\d+)/im.exec(head)?.[1];
    const isWhole =
      length === undefined
        ? this.#received.endsWith('\r\n0\r\n\r\n')
        : this.#received.length >= headEnd + 4 + Number(length);
    if (!isWhole) return;
    if (/^connection: *close/im.test(head)) {
      this.isOpen = false;
      this.#socket.end();
    }
    this.#answer(head.slice(9, 12));
  }

  #answer(status: string): void {
    const answered = this.#answered;
    this.#answered = null;
    answered?.(status);
  }
}
