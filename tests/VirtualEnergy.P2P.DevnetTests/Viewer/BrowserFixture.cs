using Microsoft.Playwright;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Viewer;

/// <summary>One headless browser for a test class: an installed Chromium or Chrome, else Playwright's own.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private static readonly string[] InstalledNames = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

    private static readonly string[] ApplicationPaths =
    [
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        @"C:\Program Files\Google\Chrome\Application\chrome.exe",
        @"C:\Program Files\Chromium\Application\chrome.exe",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private string? _absence;

    public async ValueTask InitializeAsync()
    {
        try
        {
            // Of every page and every expectation: tests name no deadlines of their own.
            Assertions.SetDefaultExpectTimeout(Hang.Milliseconds);
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = FindInstalled(),
                Args = ["--no-sandbox", "--disable-background-networking"],
                Timeout = Hang.Milliseconds,
            });
        }
        catch (PlaywrightException failure)
        {
            _absence = failure.Message.Split('\n')[0];
        }
    }

    /// <summary>A fresh profile; the calling test is skipped, with the reason, where no browser starts.</summary>
    public async Task<IPage> NewPageAsync(int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        Assert.SkipWhen(_browser is null, $"No browser: install chromium, or set VEP_BROWSER to one. {_absence}");
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
            ReducedMotion = ReducedMotion.Reduce,
            TimezoneId = "Europe/Rome",
        });
        context.SetDefaultTimeout(Hang.Milliseconds);
        return await context.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }

    private static string? FindInstalled()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var onPath = from folder in folders from name in InstalledNames select Path.Combine(folder, name);
        return Environment.GetEnvironmentVariable("VEP_BROWSER") is { Length: > 0 } named
            ? named
            : onPath.Concat(ApplicationPaths).FirstOrDefault(File.Exists);
    }
}
