package io.scopeguard.spring.autoconfigure;

import io.scopeguard.spring.InvalidSettingException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Describes the fix, instead of a stack trace. */
final class InvalidSettingFailureAnalyzer extends AbstractFailureAnalyzer<InvalidSettingException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidSettingException cause) {
        // A quoted message ends with a full stop of its own.
        String problem = (cause.getMessage() + ".").replaceFirst("\\.\\.$", ".");
        return new FailureAnalysis(problem, cause.fix(), cause);
    }
}
