// What the page asks of the escrow and its token, as the wallet takes it: ABI words from BigInt. A test holds the selectors to the contracts.
export const selectors = {
  'approve(address,uint256)': '0x095ea7b3',
  'allowance(address,address)': '0xdd62ed3e',
  'balanceOf(address)': '0x70a08231',
  'deposit(address,uint256)': '0x47e7ef24',
  'requestWithdrawal(uint256,address)': '0x21739779',
  'cancelWithdrawal()': '0x22611280',
  'finaliseWithdrawal(address)': '0x445f113f',
};

/** Topic of Deposited(address,address,uint256). */
export const depositedTopic = '0x8752a472e571a816aea92eec8dae9baf628e840f4929fbcc2d155e6233ff68a7';

/** Errors of the contracts that these calls can end with, and what they mean for the one who called. */
export const refusals = {
  '0xbfc6c337': 'NotRegistered(address)',
  '0x1f2a2005': 'ZeroAmount()',
  '0xb5c74a27': 'NothingReceived()',
  '0xb3233775': 'BalanceOverflow(address)',
  '0xdb42144d': 'InsufficientBalance(address,uint256,uint256)',
  '0xe43ab8a9': 'NothingRequested(address)',
  '0xe4656236': 'NotYet(uint256)',
  '0x4b0145f3': 'NotOpen(uint8)',
  '0x5274afe7': 'SafeERC20FailedOperation(address)',
  '0xe450d38c': 'ERC20InsufficientBalance(address,uint256,uint256)',
  '0xfb8f41b2': 'ERC20InsufficientAllowance(address,uint256,uint256)',
};

const meanings = {
  'NotRegistered(address)': 'This account is no member of the community.',
  'ZeroAmount()': 'There is nothing to pay: the amount is 0.',
  'NothingReceived()': 'The token took the payment and nothing arrived.',
  'BalanceOverflow(address)': 'That is more than a member can hold: pay in less.',
  'InsufficientBalance(address,uint256,uint256)': 'There is not so much in the escrow: ask for less.',
  'NothingRequested(address)': 'Nothing was asked for.',
  'NotYet(uint256)': 'It is too early: wait until it is ready.',
  'NotOpen(uint8)': 'The escrow does not take or pay money now.',
  'SafeERC20FailedOperation(address)': 'The token refused the transfer.',
  'ERC20InsufficientBalance(address,uint256,uint256)': 'Your account does not hold so much.',
  'ERC20InsufficientAllowance(address,uint256,uint256)': 'The escrow was not allowed to take so much: try again.',
};

/** Call data: each argument is an address or a BigInt, a word of 32 bytes. */
export function encode(signature, ...values) {
  return selectors[signature] + values.map(word).join('');
}

/** The number in a word of an answer. */
export const numberOf = hex => BigInt(hex);

/** What a failure of the wallet, or of the contract through it, means; bounded, and only ever shown as text. */
export function meaningOf(failure) {
  if (failure?.code === 4001) {
    return 'You declined in the wallet; nothing was sent.';
  }
  const data = revertData(failure);
  const known = data && meanings[refusals[data.slice(0, 10)]];
  return known ?? `It did not work: ${String(failure?.message ?? failure).slice(0, 200)}`;
}

function word(value) {
  const number = typeof value === 'bigint' ? value : BigInt(value);
  if (number < 0n || number >> 256n !== 0n) {
    throw new RangeError('A value does not fit into a word.');
  }
  return number.toString(16).padStart(64, '0');
}

// Wallets wrap the node's error in their own, some of them twice.
function revertData(failure) {
  for (let at = failure, depth = 0; at && depth < 5; depth++) {
    const data = typeof at.data === 'string' ? at.data : at.data?.data ?? at.data?.originalError?.data;
    if (typeof data === 'string' && /^0x[0-9a-f]{8}/i.test(data)) {
      return data.toLowerCase();
    }
    at = at.cause ?? at.error ?? at.data;
  }
  return null;
}
