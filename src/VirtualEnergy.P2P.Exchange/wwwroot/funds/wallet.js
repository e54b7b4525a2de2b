// The browser's wallet (EIP-1193). Keys stay there: this page asks, the wallet shows what it is asked and signs.
import { depositedTopic, encode, numberOf } from './calls.js';

const look = 1_000;
const patience = 180_000;

export class Wallet {
  #provider;
  #changed;

  account = null;
  chainId = null;

  constructor(provider, changed) {
    this.#provider = provider;
    this.#changed = changed;
    provider.on?.('accountsChanged', accounts => this.#take(accounts));
    provider.on?.('chainChanged', chain => {
      this.chainId = Number(chain);
      changed();
    });
  }

  /** Finds out what was connected on an earlier visit, without asking anybody. */
  async resume() {
    await this.#read('eth_accounts');
  }

  /** Asks the wallet's owner. */
  async connect() {
    await this.#read('eth_requestAccounts');
  }

  async switchTo(chainId) {
    await this.#ask('wallet_switchEthereumChain', [{ chainId: `0x${chainId.toString(16)}` }]);
    this.chainId = Number(await this.#ask('eth_chainId', []));
    this.#changed();
  }

  /** What an account holds of a token, µEUR. */
  async balanceOf(token, account) {
    return numberOf(await this.#call(token, encode('balanceOf(address)', account)));
  }

  /** Pays in: allows as much as is needed, then deposits. Returns what arrived. */
  async deposit(escrow, member, amount, say) {
    const allowed = numberOf(await this.#call(escrow.token, encode('allowance(address,address)', this.account, escrow.contract)));
    if (allowed < amount) {
      say('Allow the escrow to take it, in your wallet.');
      await this.#send(escrow.token, encode('approve(address,uint256)', escrow.contract, amount), say);
    }
    say('Sign the payment in your wallet.');
    const receipt = await this.#send(escrow.contract, encode('deposit(address,uint256)', member, amount), say);
    const log = receipt.logs.find(entry => entry.address.toLowerCase() === escrow.contract && entry.topics[0] === depositedTopic);
    return log ? numberOf(log.data) : 0n;
  }

  async requestWithdrawal(escrow, amount, say) {
    say('Sign the request in your wallet.');
    await this.#send(escrow.contract, encode('requestWithdrawal(uint256,address)', amount, this.account), say);
  }

  async cancelWithdrawal(escrow, say) {
    say('Sign in your wallet.');
    await this.#send(escrow.contract, encode('cancelWithdrawal()'), say);
  }

  async finaliseWithdrawal(escrow, member, say) {
    say('Sign in your wallet.');
    await this.#send(escrow.contract, encode('finaliseWithdrawal(address)', member), say);
  }

  /** Signs a mandate (EIP-712); most is a BigInt, 2^64 − 1 for no bound. */
  async signMandate(escrow, member, number, most) {
    const field = (name, type) => ({ name, type });
    return this.#ask('eth_signTypedData_v4', [this.account, JSON.stringify({
      types: {
        EIP712Domain: [field('name', 'string'), field('version', 'string'), field('chainId', 'uint256'), field('verifyingContract', 'address')],
        Mandate: [field('member', 'address'), field('number', 'uint64'), field('mostPerDay', 'uint64')],
      },
      primaryType: 'Mandate',
      domain: { name: 'VirtualEnergy P2P', version: '1', chainId: escrow.chainId, verifyingContract: escrow.contract },
      message: { member, number: String(number), mostPerDay: String(most) },
    })]);
  }

  async #read(method) {
    this.chainId = Number(await this.#ask('eth_chainId', []));
    this.#take(await this.#ask(method, []));
  }

  #take(accounts) {
    this.account = accounts[0]?.toLowerCase() ?? null;
    this.#changed();
  }

  #ask(method, params) {
    return this.#provider.request({ method, params });
  }

  #call(to, data) {
    return this.#ask('eth_call', [{ from: this.account, to, data }, 'latest']);
  }

  // Tried first on the next block: what the contract refuses is told before the wallet asks for a fee.
  async #send(to, data, say) {
    const transaction = { from: this.account, to, data };
    await this.#ask('eth_call', [transaction, 'pending']);
    const hash = await this.#ask('eth_sendTransaction', [transaction]);
    say('Waiting for the chain.');
    for (const start = Date.now(); Date.now() - start < patience;) {
      const receipt = await this.#ask('eth_getTransactionReceipt', [hash]);
      if (receipt) {
        if (receipt.status !== '0x1') {
          throw new Error('the contract refused the transaction.');
        }
        return receipt;
      }
      await new Promise(resolve => setTimeout(resolve, look));
    }
    throw new Error(`it is not in a block yet; look later for transaction ${hash}.`);
  }
}
