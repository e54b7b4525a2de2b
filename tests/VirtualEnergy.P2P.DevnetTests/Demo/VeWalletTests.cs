using System.Text.Json;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Demo;

/// <summary><c>ve wallet</c> with words.</summary>
public sealed class VeWalletTests : IDisposable
{
    private static readonly Dictionary<string, string> Password = new() { ["VE_PASSWORD"] = "correct horse" };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ve-wallet-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    // Anvil's words and the first and the tenth of the accounts that it prints.
    [InlineData("0", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")]
    [InlineData("9", "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720")]
    public async Task Words_make_the_wallet_that_every_other_program_makes_of_them(string account, string address)
    {
        var words = await WriteAsync("anna.words", "  test test TEST test test test test test test test test\n junk \n");

        var answer = await OkAsync("wallet", "from-words", "--file", In("anna.json"), "--words-file", words, "--account", account, "--json");

        Assert.Equal(address, JsonSerializer.Deserialize<JsonElement>(answer[^1]).GetProperty("address").GetString());
        Assert.Equal(address, (await OkAsync("wallet", "show", "--file", In("anna.json")))[0]);
    }

    [Fact]
    public async Task New_words_are_shown_once_and_make_the_same_wallet_again()
    {
        var shown = await OkAsync("wallet", "new", "--file", In("new.json"), "--words");
        var words = Assert.Single(shown, line => line.Split(' ') is { Length: 12 } all && all.All(word => word.All(char.IsAsciiLetterLower)));
        Assert.DoesNotContain(words.Split(' ')[0] + " " + words.Split(' ')[1], await File.ReadAllTextAsync(In("new.json"), TestContext.Current.CancellationToken), StringComparison.Ordinal);

        var again = await OkAsync("wallet", "from-words", "--file", In("again.json"), "--words-file", await WriteAsync("anna.words", words));

        Assert.Equal(shown[0], again[0]);
    }

    [Fact]
    public async Task Words_go_into_a_file_that_only_its_owner_reads()
    {
        var made = await OkAsync("wallet", "new", "--file", In("new.json"), "--words", "24", "--words-file", In("new.words"), "--json");
        var words = (await File.ReadAllTextAsync(In("new.words"), TestContext.Current.CancellationToken)).Trim();

        Assert.Equal(24, words.Split(' ').Length);
        Assert.DoesNotContain(made, line => line.Contains(words.Split(' ')[0] + " ", StringComparison.Ordinal));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(In("new.words")));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(In("new.json")));
        }
    }

    [Theory]
    [InlineData("wallet new --file FOLDER/a.json --words 13", "--words: 13 words are no BIP-39 secret")]
    [InlineData("wallet new --file FOLDER/a.json --words --json", "--words with --json needs --words-file")]
    [InlineData("wallet new --file FOLDER/a.json --words-file FOLDER/w", "--words-file needs --words")]
    [InlineData("wallet from-words --file FOLDER/a.json", "The words are missing: give --words-file")]
    [InlineData("wallet from-words --file FOLDER/a.json --words-file /nowhere", "/nowhere: cannot be read")]
    [InlineData("wallet from-words --file FOLDER/a.json --words-file FOLDER/bad.words", "checksum is wrong")]
    [InlineData("wallet from-words --file FOLDER/a.json --words-file FOLDER/bad.words --account -1", "--account -1: accounts are counted from 0")]
    public async Task A_mistake_is_one_clear_line_that_never_repeats_a_word_and_writes_nothing(string arguments, string expected)
    {
        await WriteAsync("bad.words", "test test test test test test test test test test test abandon");
        await using var ve = DemoProcess.Ve(Password, [.. arguments.Split(' ').Select(argument => argument.Replace("FOLDER", _folder.FullName, StringComparison.Ordinal))]);

        Assert.Equal(2, await ve.ExitAsync());

        var line = Assert.Single(ve.Errors);
        Assert.Contains(expected, line, StringComparison.Ordinal);
        Assert.DoesNotContain("abandon", line, StringComparison.Ordinal);
        Assert.False(File.Exists(In("a.json")) || File.Exists(In("w")));
    }

    private static async Task<IReadOnlyList<string>> OkAsync(params string[] arguments)
    {
        await using var ve = DemoProcess.Ve(Password, arguments);
        Assert.True(await ve.ExitAsync() == 0, string.Join(Environment.NewLine, ve.Errors));
        return ve.Output;
    }

    private string In(string name) => Path.Combine(_folder.FullName, name);

    private async Task<string> WriteAsync(string name, string text)
    {
        await File.WriteAllTextAsync(In(name), text, TestContext.Current.CancellationToken);
        return In(name);
    }
}
