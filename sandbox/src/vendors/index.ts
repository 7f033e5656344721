export { startVendorStandIns, type VendorStandInOptions, type VendorStandIns } from './start.ts';
