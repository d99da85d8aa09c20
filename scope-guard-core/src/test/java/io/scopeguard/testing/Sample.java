package io.scopeguard.testing;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The rows of long tables that are tested in each build: all of them in a thorough one. */
public final class Sample implements ExecutionCondition {

    private static final int SHARE = 5;
    private static final boolean THOROUGH = Boolean.getBoolean("tests.thorough");
    private static final Pattern ROW = Pattern.compile("\\[test-template-invocation:#(\\d+)]$");

    /** Whether this row, counted from 1, is tested in this build. */
    public static boolean contains(int row) {
        return THOROUGH || row % SHARE == 1;
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        Matcher row = ROW.matcher(context.getUniqueId());
        return !row.find() || contains(Integer.parseInt(row.group(1)))
                ? ConditionEvaluationResult.enabled("in this build")
                : ConditionEvaluationResult.disabled("only with -Pthorough");
    }
}
