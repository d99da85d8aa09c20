package io.scopeguard.spring.test;

import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestExecutionListener;

/** Resets the live permissions after each test. */
final class PermissionsResetListener implements TestExecutionListener {

    @Override
    public void afterTestMethod(TestContext context) {
        if (context.hasApplicationContext()) {
            context.getApplicationContext()
                    .getBeanProvider(TestPermissions.class)
                    .ifAvailable(TestPermissions::reset);
        }
    }
}
