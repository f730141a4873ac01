using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;
using Spectre.Console;

namespace DigitalTwin.Cli.Verbs;

/// <summary>`connections`: the way of the values from the plant's servers into the host.</summary>
internal static class ConnectionsVerb
{
    /// <summary>A gateway ticks each second; three in a row that are missing are no jitter.</summary>
    private const double SilentAfterSeconds = 3;

    /// <summary>From here on somebody has to look at a certificate: the host renews its own sixty days before their end, so it could not.</summary>
    private const double ExpiresSoonDays = 30;

    public static Verb Create(Options options)
    {
        var verb = new Verb("connections", "Show gateways, the servers behind them, and the certificates of the link: state, lag, buffer, drops, expiry", "twin connections");
        verb.Runs(options, async (session, _, stopped) =>
        {
            var sent = await session.Host.Get("api/v1/connections", stopped);
            if (session.Screen.IsJson) session.Screen.Json(sent);
            else Show(sent.As<ConnectionsShape>(), session.Screen);
            return ExitCodes.Ok;
        });
        return verb;
    }

    private static void Show(ConnectionsShape connections, Screen screen)
    {
        var links = Screen.Columns("gateway", "state", "since", "last tick", "buffered", "dropped");
        foreach (var gateway in connections.Gateways)
            links.AddRow(
                Paint.Plain(gateway.Name), State(gateway), Paint.Plain(Words.Time(gateway.Since)), Paint.Plain(Words.Age(gateway.TickAge)),
                Paint.Plain(Words.Number(gateway.Buffered)), gateway.Dropped > 0 ? Paint.Abnormal(Words.Number(gateway.Dropped)) : Paint.Plain("0"));
        if (connections.Gateways.Count == 0) screen.Line("No gateway has connected yet.");
        else screen.Show(links);
        screen.Line("");

        var servers = Screen.Columns("endpoint", "state", "gateway", "policy", "fresh", "last value", "lag", "detail");
        foreach (var endpoint in connections.Endpoints)
            servers.AddRow(
                Paint.Plain(endpoint.Name), endpoint.State == "connected" ? Paint.Plain(endpoint.State) : Paint.Abnormal((endpoint.State ?? "not known").ToUpperInvariant()),
                Paint.Plain(endpoint.Gateway), Paint.Plain(endpoint.SecurityPolicy), Fresh(endpoint.Signals), Paint.Plain(Words.Age(endpoint.ValueAge)),
                Paint.Plain(endpoint.Lag is { } lag ? $"{Words.Number(lag, "0.00")} s" : Words.Absent), Paint.Plain(endpoint.Detail));
        screen.Show(servers);
        screen.Line("");

        var certificates = Screen.Columns("certificate", "valid until", "days left", "subject");
        foreach (var certificate in connections.Certificates)
            certificates.AddRow(
                Paint.Plain(certificate.Name), Paint.Plain(Words.Time(certificate.NotAfter)), DaysLeft(certificate.DaysLeft), Paint.Plain(certificate.Subject));
        screen.Show(certificates);
    }

    private static Text State(GatewayLinkShape gateway) =>
        !gateway.Connected ? Paint.Abnormal("NOT CONNECTED") : gateway.TickAge > SilentAfterSeconds ? Paint.Abnormal("SILENT") : Paint.Plain("connected");

    private static Text Fresh(FreshnessShape signals) =>
        $"{signals.Fresh}/{signals.Signals}" is var told && signals.Fresh == signals.Signals ? Paint.Plain(told) : Paint.Abnormal(told);

    private static Text DaysLeft(double days) =>
        days < 0 ? Paint.Abnormal("OVER") : days <= ExpiresSoonDays ? Paint.Abnormal($"{Words.Number(Math.Floor(days))} EXPIRES SOON") : Paint.Plain(Words.Number(Math.Floor(days)));
}
