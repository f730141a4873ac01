using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;
using Spectre.Console;

namespace DigitalTwin.Cli.Verbs;

/// <summary>`connections`: the way of the values from the plant's servers into the host.</summary>
internal static class ConnectionsVerb
{
    /// <summary>A gateway ticks each second; three in a row that are missing are no jitter.</summary>
    private const double SilentAfterSeconds = 3;

    public static Verb Create(Options options)
    {
        var verb = new Verb("connections", "Show gateways, the servers behind them, and the certificates of the link: state, lag, buffer, easing, drops, expiry", "twin connections");
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
        var links = Screen.Columns("gateway", "state", "since", "last tick", "buffered", "eased", "dropped");
        foreach (var gateway in connections.Gateways)
            links.AddRow(
                Paint.Plain(gateway.Name), State(gateway), Paint.Plain(Words.Time(gateway.Since)), Paint.Plain(Words.Age(gateway.TickAge)),
                Buffered(gateway), Eased(gateway.Easing), Dropped(gateway));
        if (connections.Gateways.Count == 0) screen.Line("No gateway has connected yet.");
        else screen.Show(links);
        foreach (var gateway in connections.Gateways)
            if (gateway.Easing is { Level: > 0, Why: { } why }) screen.Line($"{gateway.Name} has its servers sample less because {why}. Nothing is lost by that: 'twin tag ledger' tells each signal's times.");
        screen.Line("");

        var servers = Screen.Columns("endpoint", "state", "gateway", "policy", "fresh", "last value", "lag", "detail");
        foreach (var endpoint in connections.Endpoints)
            servers.AddRow(
                Paint.Plain(endpoint.Name), endpoint.State == "connected" ? Paint.Plain(endpoint.State) : Paint.Abnormal((endpoint.State ?? "not known").ToUpperInvariant()),
                Paint.Plain(endpoint.Gateway), Paint.Plain(endpoint.SecurityPolicy), Fresh(endpoint.Signals), Paint.Plain(Words.Age(endpoint.ValueAge)),
                Paint.Plain(endpoint.Lag is { } lag ? $"{Words.Number(lag, "0.00")} s" : Words.Absent), Paint.Plain(endpoint.Detail));
        screen.Show(servers);
        screen.Line("");

        var certificates = Screen.Columns("certificate", "valid until", "days left", "whose");
        foreach (var certificate in connections.Certificates)
            AddCertificate(certificates, certificate.Name, new(certificate.NotAfter, certificate.DaysLeft, certificate.WithinDays), certificate.Subject);
        foreach (var endpoint in connections.Endpoints)
        {
            AddCertificate(certificates, endpoint.Name, endpoint.ServerCertificate, "the OPC UA server's");
            AddCertificate(certificates, endpoint.Name, endpoint.GatewayCertificate, "the gateway's, at this server");
        }

        screen.Show(certificates);
    }

    private static Text Buffered(GatewayLinkShape gateway) => gateway.Behind is { } behind
        ? Paint.Abnormal($"{Words.Number(gateway.Buffered)}: {Words.Age(behind)} BEHIND, level {(gateway.LevelIn is { } levelIn ? $"in about {Words.Age(levelIn)}" : "nobody knows when")}")
        : Paint.Plain(Words.Number(gateway.Buffered));

    /// <summary>Data are coarser than the plant definition says: worth a look, though nothing is lost.</summary>
    private static Text Eased(EasingShape? easing)
    {
        if (easing is null) return Paint.Plain(Words.Absent);
        (double Seconds, string Name)[] classes = [(easing.DiagnosticSeconds, "diagnostic"), (easing.TelemetrySeconds, "telemetry")];
        string[] eased = [.. classes.Where(one => one.Seconds > 0).Select(one => $"{one.Name} to {Words.Number(one.Seconds, "0.###")} s")];
        if (easing.Level == 0 && eased.Length == 0) return Paint.Plain("no");
        return Paint.Abnormal($"{(eased.Length == 0 ? "ASKED FOR" : string.Join(", ", eased))} since {Words.Time(easing.Since)}");
    }

    /// <summary>Diagnostic samples first, state last: whoever reads it sees how far it has come.</summary>
    private static Text Dropped(GatewayLinkShape gateway)
    {
        if (gateway.Dropped == 0) return Paint.Plain("0");
        (long Samples, string Name)[] classes =
            [(gateway.DroppedDiagnostic, "diagnostic"), (gateway.DroppedTelemetry, "telemetry"), (gateway.Dropped - gateway.DroppedDiagnostic - gateway.DroppedTelemetry, "state")];
        return Paint.Abnormal($"{Words.Number(gateway.Dropped)}: {string.Join(", ", classes.Where(one => one.Samples > 0).Select(one => $"{Words.Number(one.Samples)} {one.Name}"))}");
    }

    private static Text State(GatewayLinkShape gateway) =>
        !gateway.Connected ? Paint.Abnormal("NOT CONNECTED") : gateway.TickAge > SilentAfterSeconds ? Paint.Abnormal("SILENT") : Paint.Plain("connected");

    private static Text Fresh(FreshnessShape signals) =>
        $"{signals.Fresh}/{signals.Signals}" is var told && signals.Fresh == signals.Signals ? Paint.Plain(told) : Paint.Abnormal(told);

    private static void AddCertificate(Table table, string name, ExpiryShape? expiry, string whose)
    {
        if (expiry is null) return;
        string days = Words.Number(Math.Floor(expiry.DaysLeft));
        Text left = expiry.WithinDays switch
        {
            null => Paint.Plain(days),
            0 => Paint.Abnormal("OVER"),
            { } within => Paint.Abnormal($"{days} ENDS WITHIN {within} DAYS"),
        };
        table.AddRow(Paint.Plain(name), Paint.Plain(Words.Time(expiry.NotAfter)), left, Paint.Plain(whose));
    }
}
