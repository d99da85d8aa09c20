package io.scopeguard.spring.test;

import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestExecutionListener;

/** Lets no test see the live permissions of another. */
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
