import { expect, test } from 'vitest';
import { isLoopbackUrl, isPublicAddress } from './address.ts';

test.each(['93.184.216.34', '1.1.1.1', '172.15.0.1', '2606:4700::1111', '2a00:1450:4001::5'])(
  '%s is on the public internet',
  (address) => expect(isPublicAddress(address)).toBe(true),
);

test.each([
  '127.0.0.1',
  '127.1.2.3',
  '0.0.0.0',
  '10.0.0.8',
  '100.100.100.200',
  '169.254.169.254',
  '172.31.255.255',
  '192.168.1.1',
  '224.0.0.1',
  '255.255.255.255',
  '::1',
  '::',
  '::ffff:169.254.169.254',
  'fd00:ec2::254',
  'fe80::1',
  '64:ff9b::a9fe:a9fe',
  '2002:a9fe:a9fe::',
  'not an address',
])('%s is never called', (address) => expect(isPublicAddress(address)).toBe(false));

test.each(['http://127.0.0.1:9/x', 'http://localhost:3000', 'http://[::1]:80/'])('%s is this machine', (url) =>
  expect(isLoopbackUrl(url)).toBe(true),
);

test.each(['https://localhost.example.com', 'https://127.0.0.1.nip.io', 'https://10.0.0.1', 'nonsense'])(
  '%s is not this machine',
  (url) => expect(isLoopbackUrl(url)).toBe(false),
);
