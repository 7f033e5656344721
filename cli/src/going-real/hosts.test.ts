import { expect, test } from 'vitest';
import { isTestHost } from './hosts.ts';

test.each([
  'localhost',
  '127.0.0.1',
  '[::1]',
  '192.168.1.5',
  '10.0.0.1',
  '172.20.0.1',
  '[fe80::1]',
  'nas.local',
  'shop.test',
])('%s is reached by developers alone', (host) => expect(isTestHost(host)).toBe(true));

test.each([
  'a1b2.ngrok-free.app',
  'x.trycloudflare.com',
  'webhook.site',
  'shop-git-main-acme.vercel.app',
  'staging.example.com',
  'dev-pay.example.com',
])('%s is a tunnel, a preview or a test installation', (host) => expect(isTestHost(host)).toBe(true));

test.each([
  'pay.example.com',
  'shop.vercel.app',
  'testimonials.example.com',
  'development.example.com',
  'contest.example.com',
  '172.32.0.1',
  '100.10.1.1',
])('%s may be anybody’s', (host) => expect(isTestHost(host)).toBe(false));
