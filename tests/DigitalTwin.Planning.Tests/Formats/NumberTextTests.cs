using DigitalTwin.Planning.Formats;

namespace DigitalTwin.Planning.Tests.Formats;

public sealed class NumberTextTests
{
    [Fact]
    public void A_number_that_does_not_fit_is_named_with_its_line_and_what_was_expected()
    {
        var text = new NumberText("ft06.txt", "6 6\n2 x 0 3");
        Assert.Equal((6, 6, 2), (text.Whole("jobs"), text.Whole("machines"), text.Whole("machine of job 0, operation 0")));
        Assert.Equal(0, text.Whole("duration of job 0, operation 0"));
        Assert.Equal("ft06.txt:2: a whole number of 0 or more was expected (duration of job 0, operation 0), 'x' stands there", text.Fault?.ToString());
    }

    [Fact]
    public void A_number_outside_its_range_is_refused_with_the_range()
    {
        var text = new NumberText("a.txt", "7");
        text.Whole("machine", most: 5);
        Assert.Equal("a.txt:1: a whole number from 0 to 5 was expected (machine), '7' stands there", text.Fault?.ToString());
    }

    [Fact]
    public void A_file_that_ends_too_early_says_so()
    {
        var text = new NumberText("a.txt", "1\n2\n");
        text.Whole("jobs");
        text.Whole("machines");
        text.Whole("duration", least: 1);
        Assert.Equal("a.txt:3: a whole number of 1 or more was expected (duration), but the file ends here", text.Fault?.ToString());
    }

    [Fact]
    public void Only_the_first_fault_counts_since_what_follows_would_be_guessed()
    {
        var text = new NumberText("a.txt", "x\ny");
        text.Whole("jobs");
        text.Whole("machines");
        Assert.Equal(1, text.Fault?.Line);
    }

    [Fact]
    public void What_stands_behind_the_end_is_refused()
    {
        var text = new NumberText("a.txt", "1\n\n2");
        text.Whole("jobs");
        text.End();
        Assert.Equal("a.txt:3: the end of the file was expected, '2' stands there", text.Fault?.ToString());
    }

    [Fact]
    public void A_line_ends_where_only_white_space_is_left_on_it()
    {
        var text = new NumberText("a.txt", "1 2 \r\n3");
        text.Whole("a");
        Assert.False(text.AtEndOfLine);
        text.Whole("b");
        Assert.True(text.AtEndOfLine);
        text.Whole("c");
        Assert.True(text.AtEnd);
    }
}
